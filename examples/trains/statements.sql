-- The next two trains to each destination, from a feed of positions.
SET 'auto.offset.reset' = 'earliest';

-- One position report of a train. Its time is the record's; the feed is of one fixed day, so it must not be deleted for its age.
CREATE STREAM positions (
    train STRING KEY,
    destination STRING,
    near STRING,
    minutes_left INT
  ) WITH (kafka_topic = 'trains-positions', value_format = 'JSON', partitions = 4, retention_ms = -1);

-- Where each train was last seen, and when it will arrive by that report.
CREATE TABLE trains WITH (kafka_topic = 'trains-latest') AS
  SELECT train,
         LATEST_BY_OFFSET(destination) AS destination,
         LATEST_BY_OFFSET(near) AS near,
         LATEST_BY_OFFSET(minutes_left) AS minutes_left,
         FORMAT_TIMESTAMP(FROM_UNIXTIME(LATEST_BY_OFFSET(ROWTIME) + 60000 * LATEST_BY_OFFSET(minutes_left)), 'yyyy-MM-dd HH:mm')
           AS arrival,
         COUNT(*) AS reports
  FROM positions
  GROUP BY train;

-- The trains that have not arrived, by arrival. Times in this form sort as texts do. When a train's row changes, its old text leaves its
-- destination's list and the new one enters; a train without minutes left only leaves.
CREATE TABLE next_trains WITH (kafka_topic = 'trains-next') AS
  SELECT destination,
         ARRAY_SORT(COLLECT_LIST(arrival || ' ' || train || ' near ' || near))[1] AS next_train,
         ARRAY_SORT(COLLECT_LIST(arrival || ' ' || train || ' near ' || near))[2] AS train_after,
         COUNT(*) AS trains_on_the_way,
         SUM(reports) AS reports
  FROM trains
  WHERE minutes_left > 0
  GROUP BY destination;
