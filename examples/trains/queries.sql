-- The next two trains to Basel: a pull query by key
SELECT destination, next_train, train_after FROM next_trains WHERE destination = 'Basel';

-- The board of all destinations: a pull query that scans the table
SELECT * FROM next_trains;

-- Where one train is: a pull query by key of the other table
SELECT train, destination, near, minutes_left FROM trains WHERE train = 'IC 6';
