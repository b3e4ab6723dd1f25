CREATE TABLE sink (AUCTION BIGINT, PRICE BIGINT) WITH ({stream});
INSERT INTO sink SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;
