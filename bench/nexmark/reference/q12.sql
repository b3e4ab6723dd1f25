-- Windows are those of the clock: what is the same in every run is how many bids a bidder has in all of them.
SELECT bidder, COUNT(*) AS bid_count FROM bid GROUP BY bidder
