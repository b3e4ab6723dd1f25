/**
 * Data sets by their names. Those of ksqlDB's `ksql-datagen` have its fields; `clicks`, `logs` and `rides` are those of `millrace demo`.
 */
export interface Quickstart {
  readonly description: string
  /** Also the name of the stream or table. */
  readonly topic: string
  readonly kind: 'STREAM' | 'TABLE'
  readonly key: string
  /** In the notation of src/datagen/fields.ts. */
  readonly fields: string
  readonly valueFormat: 'JSON' | 'DELIMITED'
}

export const QUICKSTARTS = {
  orders: {
    description: 'orders of items, with an address',
    topic: 'orders',
    kind: 'STREAM',
    key: 'orderid',
    fields:
      'orderid=sequence; ordertime=time; itemid=pattern(Item_[1-9][0-9]{0,2}); orderunits=double(0.1,10); ' +
      'address=object(city=pattern(City_[1-9][0-9]?); state=pattern(State_[1-9][0-9]?); zipcode=int(10000,99999))',
    valueFormat: 'JSON',
  },
  users: {
    description: 'users with their regions, by id',
    topic: 'users',
    kind: 'TABLE',
    key: 'userid',
    fields:
      'registertime=int(1487715775521,1519273364600); userid=pattern(User_[1-9]); regionid=pattern(Region_[1-9]); gender=one(MALE,FEMALE,OTHER)',
    valueFormat: 'JSON',
  },
  pageviews: {
    description: 'visits of pages by users',
    topic: 'pageviews',
    kind: 'STREAM',
    key: 'viewtime',
    fields: 'viewtime=time; userid=pattern(User_[1-9]); pageid=pattern(Page_[1-9][0-9]?)',
    valueFormat: 'DELIMITED',
  },
  ratings: {
    description: 'ratings of a service, with a remark',
    topic: 'ratings',
    kind: 'STREAM',
    key: 'rating_id',
    fields:
      'rating_id=sequence; user_id=int(1,20); stars=int(1,5); route_id=int(1,10000); rating_time=time; channel=one(web,ios,android,iOS-test); ' +
      'message=one(thank you for the most friendly flight,worst. flight. ever,more peanuts please,airport refurb looks great,no complaints,' +
      'is this as good as it gets?)',
    valueFormat: 'JSON',
  },
  clickstream: {
    description: 'lines of a web server',
    topic: 'clickstream',
    kind: 'STREAM',
    key: 'ip',
    fields:
      'ip=one(111.152.45.45,111.203.236.146,111.168.57.122,111.249.79.93,222.152.45.45,222.203.236.146,233.173.215.103,122.145.8.244); ' +
      'userid=int(1,40); remote_user=const(-); _time=time; ' +
      'request=one(GET /index.html HTTP/1.1,GET /site/user_status.html HTTP/1.1,GET /site/login.html HTTP/1.1,GET /images/track.png HTTP/1.1); ' +
      'status=number(200*6,302,404,405,406,407); bytes=number(278,1289,2048,4096,4006,4196,14096); referrer=const(-); ' +
      'agent=one(Mozilla/5.0,Mozilla/5.0 (compatible; Googlebot/2.1))',
    valueFormat: 'JSON',
  },
  clickstream_codes: {
    description: 'what the status codes of clickstream mean',
    topic: 'clickstream_codes',
    kind: 'TABLE',
    key: 'code',
    fields:
      'code=cycle(200,302,404,405,406,407); definition=cycle(Successful,Redirect,Page not found,Method not allowed,Not acceptable,Proxy authentication required)',
    valueFormat: 'JSON',
  },
  clickstream_users: {
    description: 'the users of clickstream',
    topic: 'clickstream_users',
    kind: 'TABLE',
    key: 'user_id',
    fields:
      'user_id=int(1,40); username=pattern([a-z]{3,8}_[0-9]{2}); registered_at=int(1407645330000,1502339792000); ' +
      'first_name=one(Elwyn,Curran,Hanson,Woodrow,Ferd,Arlyne,Oriana,Reeva); last_name=one(Vanyard,Orts,Coen,Tice,Trice,Garrity,Romagosa); ' +
      'city=one(Palo Alto,San Francisco,Raleigh,London,Frankfurt,New York); level=one(Gold,Silver,Platinum)',
    valueFormat: 'JSON',
  },
  clicks: {
    description: 'clicks on the pages of a shop',
    topic: 'clicks',
    kind: 'STREAM',
    key: 'userid',
    fields:
      'userid=pattern(user-[1-9][0-9]?); page=one(/home*6,/search*4,/item*5,/cart*2,/checkout); country=one(US*5,DE*2,FR,JP,NZ); ms=int(5,900)',
    valueFormat: 'JSON',
  },
  logs: {
    description: 'log lines of users and machines, by state',
    topic: 'logs',
    kind: 'STREAM',
    key: 'host',
    fields:
      'host=pattern(web-[1-9]); state=one(LA*3,CA*5,NY*2,TX); kind=one(user*4,machine); level=one(INFO*12,WARN*3,ERROR); ' +
      'message=one(signed in,added to cart,paid,card declined,disk is nearly full,restarted)',
    valueFormat: 'JSON',
  },
  rides: {
    description: 'requests for rides, by area',
    topic: 'rides',
    kind: 'STREAM',
    key: 'rideid',
    fields: 'rideid=uuid; area=one(downtown*6,airport*4,harbor*2,hills); passengers=int(1,4); fare=double(6,60)',
    valueFormat: 'JSON',
  },
} as const satisfies Readonly<Record<string, Quickstart>>

export type QuickstartName = keyof typeof QUICKSTARTS

export const quickstartNamed = (name: string): Quickstart | null =>
  Object.hasOwn(QUICKSTARTS, name.toLowerCase()) ? QUICKSTARTS[name.toLowerCase() as QuickstartName] : null
