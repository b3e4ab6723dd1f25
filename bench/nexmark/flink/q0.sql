CREATE TABLE result (AUCTION BIGINT, BIDDER BIGINT, PRICE BIGINT, `DATETIME` BIGINT, EXTRA STRING) WITH ({stream});
INSERT INTO result SELECT auction, bidder, price, `dateTime`, extra FROM bid;
