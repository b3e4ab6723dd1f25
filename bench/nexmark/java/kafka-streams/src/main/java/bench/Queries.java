package bench;

import bench.Events.Auction;
import bench.Events.Bid;
import bench.Events.Person;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.WallclockTimestampExtractor;

/**
 * Queries of Nexmark in the DSL of Kafka Streams. What a step does not need is left out of the records behind it, repartition topics included. The key of a result that
 * is a table is a text of its columns; all columns are in the value.
 */
final class Queries {
  private static final Serde<Long> LONG = Serdes.Long();
  private static final Serde<String> TEXT = Serdes.String();
  private static final Duration WINDOW = Duration.ofSeconds(10);
  /** Longer than the events last: nothing comes too late, whichever partition is ahead. */
  private static final Duration GRACE = Duration.ofHours(1);
  /** Longer than the events last: a join of streams without a bound in time. */
  private static final JoinWindows ALWAYS = JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofHours(12));
  private static final long CATEGORY = 10;
  private static final Set<String> STATES = Set.of("OR", "ID", "CA");
  private static final Set<String> CHANNELS = Set.of("apple", "google", "facebook", "baidu");
  private static final Pattern CHANNEL_ID = Pattern.compile("(&|^)channel_id=([^&]*)");
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd").withZone(ZoneOffset.UTC);

  private final StreamsBuilder builder = new StreamsBuilder();
  private final String out;

  private Queries(String out) {
    this.out = out;
  }

  /** {@code query}: q0 and so on. {@code out}: the topic of its result. */
  static Topology of(String query, String out) {
    Queries queries = new Queries(out);
    queries.build(query);
    return queries.builder.build();
  }

  private void build(String query) {
    switch (query) {
      case "q0" -> passThrough();
      case "q1" -> currencyConversion();
      case "q2" -> selection();
      case "q3" -> localItemSuggestion();
      case "q4" -> averagePriceOfCategory();
      case "q8" -> newUsers();
      case "q11" -> sessions();
      case "q12" -> processingTimeWindows();
      case "q17" -> auctionStatistics();
      case "q20" -> bidsWithAuction();
      case "q21" -> channelIds();
      case "q22" -> urlFolders();
      default -> throw new IllegalArgumentException("There is no program for " + query + ".");
    }
  }

  record PassedBid(long auction, long bidder, long price, long dateTime, String extra) {}

  private void passThrough() {
    stream(bids().mapValues(bid -> new PassedBid(bid.auction(), bid.bidder(), bid.price(), bid.dateTime(), bid.extra())), PassedBid.class);
  }

  record ConvertedBid(long auction, long bidder, double price, long dateTime, String extra) {}

  private void currencyConversion() {
    stream(
        bids().mapValues(bid -> new ConvertedBid(bid.auction(), bid.bidder(), 0.908 * bid.price(), bid.dateTime(), bid.extra())),
        ConvertedBid.class);
  }

  record Price(long auction, long price) {}

  private void selection() {
    stream(
        bids().filter((key, bid) -> bid.auction() % 123 == 0).mapValues(bid -> new Price(bid.auction(), bid.price())),
        Price.class);
  }

  record Seller(String name, String city, String state) {}

  record Suggestion(String name, String city, String state, long id) {}

  private void localItemSuggestion() {
    KStream<Long, Long> items = auctions()
        .filter((key, auction) -> auction.category() == CATEGORY)
        .map((key, auction) -> KeyValue.pair(auction.seller(), auction.id()));
    KStream<Long, Seller> sellers = persons()
        .filter((key, person) -> STATES.contains(person.state()))
        .map((key, person) -> KeyValue.pair(person.id(), new Seller(person.name(), person.city(), person.state())));
    stream(
        items.join(
            sellers,
            (id, seller) -> new Suggestion(seller.name(), seller.city(), seller.state(), id),
            ALWAYS,
            StreamJoined.with(LONG, LONG, JsonSerde.of(Seller.class))),
        Suggestion.class);
  }

  record OpenAuction(long category, long dateTime, long expires) {}

  record PriceAt(long price, long dateTime) {}

  record Final(long category, long price) {}

  record Sum(long count, long total) {
    Sum plus(long price) {
      return new Sum(count + 1, total + price);
    }

    Sum minus(long price) {
      return new Sum(count - 1, total - price);
    }
  }

  record CategoryPrice(long category, double price) {}

  private void averagePriceOfCategory() {
    KStream<Long, OpenAuction> open = auctions().map((key, auction) ->
        KeyValue.pair(auction.id(), new OpenAuction(auction.category(), auction.dateTime(), auction.expires())));
    KStream<Long, PriceAt> prices = bids().map((key, bid) -> KeyValue.pair(bid.auction(), new PriceAt(bid.price(), bid.dateTime())));
    KTable<Long, Final> finals = prices
        .join(
            open,
            (bid, auction) -> bid.dateTime() >= auction.dateTime() && bid.dateTime() <= auction.expires()
                ? new Final(auction.category(), bid.price())
                : null,
            ALWAYS,
            StreamJoined.with(LONG, JsonSerde.of(PriceAt.class), JsonSerde.of(OpenAuction.class)))
        .filter((id, price) -> price != null)
        .groupByKey(Grouped.with(LONG, JsonSerde.of(Final.class)))
        .reduce((one, other) -> one.price() >= other.price() ? one : other, Materialized.with(LONG, JsonSerde.of(Final.class)));
    KTable<Long, Sum> sums = finals
        .groupBy((id, price) -> KeyValue.pair(price.category(), price.price()), Grouped.with(LONG, LONG))
        .aggregate(
            () -> new Sum(0, 0),
            (category, price, sum) -> sum.plus(price),
            (category, price, sum) -> sum.minus(price),
            Materialized.with(LONG, JsonSerde.of(Sum.class)));
    table(
        sums.toStream().map((category, sum) ->
            KeyValue.pair(String.valueOf(category), new CategoryPrice(category, (double) sum.total() / sum.count()))),
        CategoryPrice.class);
  }

  record NewUser(long id, String name, long starttime) {}

  private void newUsers() {
    TimeWindows windows = TimeWindows.ofSizeAndGrace(WINDOW, GRACE);
    KTable<Windowed<Long>, String> users = persons()
        .map((key, person) -> KeyValue.pair(person.id(), person.name()))
        .groupByKey(Grouped.with(LONG, TEXT))
        .windowedBy(windows)
        .reduce((one, other) -> other, Materialized.with(LONG, TEXT));
    KTable<Windowed<Long>, Long> sellers = auctions()
        .map((key, auction) -> KeyValue.pair(auction.seller(), auction.id()))
        .groupByKey(Grouped.with(LONG, LONG))
        .windowedBy(windows)
        .count(Materialized.with(LONG, LONG));
    table(
        users.join(sellers, (name, auctions) -> name)
            .toStream()
            .map((user, name) -> KeyValue.pair(
                textOf(user), name == null ? null : new NewUser(user.key(), name, user.window().start()))),
        NewUser.class);
  }

  record BidCount(long bidder, long bid_count, long starttime, long endtime) {
    static BidCount of(Windowed<Long> bidder, long count) {
      return new BidCount(bidder.key(), count, bidder.window().start(), bidder.window().end());
    }
  }

  private void sessions() {
    table(
        bids().map((key, bid) -> KeyValue.pair(bid.bidder(), bid.auction()))
            .groupByKey(Grouped.with(LONG, LONG))
            .windowedBy(SessionWindows.ofInactivityGapAndGrace(WINDOW, GRACE))
            .count(Materialized.with(LONG, LONG))
            .toStream()
            .map((bidder, count) -> KeyValue.pair(textOf(bidder), count == null ? null : BidCount.of(bidder, count))),
        BidCount.class);
  }

  private void processingTimeWindows() {
    table(
        builder.stream("nexmark-bid", consumed(Bid.class).withTimestampExtractor(new WallclockTimestampExtractor()))
            .map((key, bid) -> KeyValue.pair(bid.bidder(), bid.auction()))
            .groupByKey(Grouped.with(LONG, LONG))
            .windowedBy(TimeWindows.ofSizeAndGrace(WINDOW, GRACE))
            .count(Materialized.with(LONG, LONG))
            .toStream()
            .map((bidder, count) -> KeyValue.pair(textOf(bidder), BidCount.of(bidder, count))),
        BidCount.class);
  }

  record AuctionDay(long auction, String day) {}

  record Statistics(long total, long rank1, long rank2, long rank3, long min, long max, long sum) {
    Statistics with(long price) {
      return new Statistics(
          total + 1,
          price < 10_000 ? rank1 + 1 : rank1,
          price >= 10_000 && price < 1_000_000 ? rank2 + 1 : rank2,
          price >= 1_000_000 ? rank3 + 1 : rank3,
          Math.min(min, price),
          Math.max(max, price),
          sum + price);
    }
  }

  record AuctionStatistics(long auction, String day, long total_bids, long rank1_bids, long rank2_bids, long rank3_bids, long min_price,
      long max_price, double avg_price, long sum_price) {
    static AuctionStatistics of(AuctionDay key, Statistics of) {
      return new AuctionStatistics(key.auction(), key.day(), of.total(), of.rank1(), of.rank2(), of.rank3(), of.min(), of.max(),
          (double) of.sum() / of.total(), of.sum());
    }
  }

  private void auctionStatistics() {
    Serde<AuctionDay> keys = JsonSerde.of(AuctionDay.class);
    table(
        bids().map((key, bid) -> KeyValue.pair(new AuctionDay(bid.auction(), dayOf(bid.dateTime())), bid.price()))
            .groupByKey(Grouped.with(keys, LONG))
            .aggregate(
                () -> new Statistics(0, 0, 0, 0, Long.MAX_VALUE, Long.MIN_VALUE, 0),
                (key, price, statistics) -> statistics.with(price),
                Materialized.with(keys, JsonSerde.of(Statistics.class)))
            .toStream()
            .map((key, statistics) -> KeyValue.pair(key.auction() + " " + key.day(), AuctionStatistics.of(key, statistics))),
        AuctionStatistics.class);
  }

  record BidWithAuction(long auction, long bidder, long price, String channel, String url, long bidDateTime, String bidExtra, String itemName,
      String description, long initialBid, long reserve, long dateTime, long expires, long seller, long category, String extra) {
    static BidWithAuction of(Bid bid, Auction auction) {
      return new BidWithAuction(bid.auction(), bid.bidder(), bid.price(), bid.channel(), bid.url(), bid.dateTime(), bid.extra(),
          auction.itemName(), auction.description(), auction.initialBid(), auction.reserve(), auction.dateTime(), auction.expires(),
          auction.seller(), auction.category(), auction.extra());
    }
  }

  private void bidsWithAuction() {
    KStream<Long, Auction> ofCategory = auctions()
        .filter((key, auction) -> auction.category() == CATEGORY)
        .selectKey((key, auction) -> auction.id());
    stream(
        bids().selectKey((key, bid) -> bid.auction())
            .join(ofCategory, BidWithAuction::of, ALWAYS, StreamJoined.with(LONG, JsonSerde.of(Bid.class), JsonSerde.of(Auction.class))),
        BidWithAuction.class);
  }

  record ChannelId(long auction, long bidder, long price, String channel, String channel_id) {}

  private void channelIds() {
    stream(
        bids().mapValues(bid -> new ChannelId(bid.auction(), bid.bidder(), bid.price(), bid.channel(), channelIdOf(bid)))
            .filter((key, bid) -> bid.channel_id() != null),
        ChannelId.class);
  }

  private static String channelIdOf(Bid bid) {
    String channel = bid.channel().toLowerCase(Locale.ROOT);
    if (CHANNELS.contains(channel)) {
      return switch (channel) {
        case "apple" -> "0";
        case "google" -> "1";
        case "facebook" -> "2";
        default -> "3";
      };
    }
    Matcher matcher = CHANNEL_ID.matcher(bid.url());
    return matcher.find() ? matcher.group(2) : null;
  }

  record Folders(long auction, long bidder, long price, String channel, String dir1, String dir2, String dir3) {}

  private void urlFolders() {
    stream(
        bids().mapValues(bid -> {
          String[] parts = bid.url().split("/");
          return new Folders(bid.auction(), bid.bidder(), bid.price(), bid.channel(), parts[3], parts[4], parts[5]);
        }),
        Folders.class);
  }

  private static String dayOf(long dateTime) {
    return DAY.format(Instant.ofEpochMilli(dateTime));
  }

  private static String textOf(Windowed<Long> key) {
    return key.key() + " " + key.window().start() + " " + key.window().end();
  }

  private KStream<byte[], Person> persons() {
    return builder.stream("nexmark-person", consumed(Person.class));
  }

  private KStream<byte[], Auction> auctions() {
    return builder.stream("nexmark-auction", consumed(Auction.class));
  }

  private KStream<byte[], Bid> bids() {
    return builder.stream("nexmark-bid", consumed(Bid.class));
  }

  private static <T> Consumed<byte[], T> consumed(Class<T> type) {
    return Consumed.with(Serdes.ByteArray(), JsonSerde.of(type));
  }

  private <T> void stream(KStream<?, T> rows, Class<T> type) {
    rows.selectKey((key, row) -> (byte[]) null).to(out, Produced.with(Serdes.ByteArray(), JsonSerde.ofResult(type)));
  }

  private <T> void table(KStream<String, T> rows, Class<T> type) {
    rows.to(out, Produced.with(TEXT, JsonSerde.ofResult(type)));
  }
}
