CREATE TABLE result (AUCTION BIGINT, PRICE BIGINT) WITH ({stream});
INSERT INTO result SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;
