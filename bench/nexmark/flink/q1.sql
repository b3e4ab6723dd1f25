CREATE TABLE result (AUCTION BIGINT, BIDDER BIGINT, PRICE DECIMAL(23, 3), `DATETIME` BIGINT, EXTRA STRING) WITH ({stream});
INSERT INTO result SELECT auction, bidder, 0.908 * price, `dateTime`, extra FROM bid;
