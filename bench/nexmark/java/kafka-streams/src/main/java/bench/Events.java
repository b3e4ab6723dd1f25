package bench;

/** The events of Nexmark, as their topics have them. */
final class Events {
  record Person(long id, String name, String emailAddress, String creditCard, String city, String state, long dateTime, String extra) {}

  record Auction(long id, String itemName, String description, long initialBid, long reserve, long dateTime, long expires, long seller,
      long category, String extra) {}

  record Bid(long auction, long bidder, long price, String channel, String url, long dateTime, String extra) {}
}
