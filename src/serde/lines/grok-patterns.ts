/**
 * The patterns that GROK knows by name. The names, what they match, and the fields of the log formats are those of Logstash's and
 * Elasticsearch's pattern libraries (Elastic's documentation, "Grok filter plugin" and "Grok processor"); the expressions are our own, so
 * that they are matched in linear time: they look neither ahead nor behind.
 */

/** One per line: a name, a blank, an expression, which may refer to other names. */
const LIBRARY = String.raw`
USERNAME [a-zA-Z0-9._-]+
USER %{USERNAME}
EMAILLOCALPART [a-zA-Z0-9!#$%&'*+/=?^_\x60{|}~.-]{1,64}
EMAILADDRESS %{EMAILLOCALPART}@%{HOSTNAME}
INT [+-]?\d+
BASE10NUM [+-]?(?:\d+(?:\.\d*)?|\.\d+)
NUMBER %{BASE10NUM}
BASE16NUM [+-]?(?:0x)?[0-9A-Fa-f]+
BASE16FLOAT [+-]?(?:0x)?[0-9A-Fa-f]*(?:\.[0-9A-Fa-f]*)?
POSINT [1-9]\d*
NONNEGINT \d+
WORD \w+
NOTSPACE \S+
SPACE \s*
DATA .*?
GREEDYDATA .*
QUOTEDSTRING "(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|\x60(?:\\.|[^\\\x60])*\x60
QS %{QUOTEDSTRING}
UUID [0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}
URN urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:(?:%[0-9A-Fa-f]{2}|[0-9A-Za-z()+,.:=@;$_!*'/?#-])+

CISCOMAC (?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}
WINDOWSMAC (?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}
COMMONMAC (?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}
MAC %{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}
IPV4OCTET 25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d
IPV4 %{IPV4OCTET}\.%{IPV4OCTET}\.%{IPV4OCTET}\.%{IPV4OCTET}
IPV6GROUP [0-9A-Fa-f]{1,4}
IPV6 (?:%{IPV6GROUP}:){7}%{IPV6GROUP}|(?:(?:%{IPV6GROUP}:){1,7}:|::)(?:(?:%{IPV6GROUP}:){0,6}(?:%{IPV4}|%{IPV6GROUP}))?
IP %{IPV6}|%{IPV4}
HOSTNAME [0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*\.?
IPORHOST %{IP}|%{HOSTNAME}
HOSTPORT %{IPORHOST}:%{POSINT}

UNIXPATH (?:/[\w%!$@:.,+~-]*)+
TTY /dev/(?:pts/\d+|tty\w*)
WINPATH (?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+
PATH %{UNIXPATH}|%{WINPATH}
URIPROTO [A-Za-z][A-Za-z0-9+.-]*
URIHOST %{IPORHOST}(?::%{POSINT})?
URIPATH (?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]*)+
URIQUERY [A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*
URIPARAM \?%{URIQUERY}
URIPATHPARAM %{URIPATH}(?:%{URIPARAM})?
URI %{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?

MONTH (?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]un(?:e)?|[Jj]ul(?:y)?|[Aa]ug(?:ust)?|[Ss]ep(?:tember)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)\b
MONTHNUM 1[0-2]|0?[1-9]
MONTHNUM2 0[1-9]|1[0-2]
MONTHDAY [12][0-9]|3[01]|0?[1-9]
DAY Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?
YEAR \d\d\d\d|\d\d
HOUR 2[0-3]|[01]?[0-9]
MINUTE [0-5][0-9]
SECOND (?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?
TIME %{HOUR}:%{MINUTE}(?::%{SECOND})?
DATE_US %{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}
DATE_EU %{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}
DATE %{DATE_US}|%{DATE_EU}
DATESTAMP %{DATE}[- ]%{TIME}
TZ [A-Z]{3,4}
ISO8601_TIMEZONE Z|[+-]%{HOUR}(?::?%{MINUTE})?
ISO8601_SECOND %{SECOND}
TIMESTAMP_ISO8601 %{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?(?:%{ISO8601_TIMEZONE})?
DATESTAMP_RFC822 (?:%{DAY}) %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}
DATESTAMP_RFC2822 (?:%{DAY}), %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}
DATESTAMP_OTHER (?:%{DAY}) %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}
DATESTAMP_EVENTLOG %{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}
HTTPDERROR_DATE %{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}
HTTPDATE %{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}

SYSLOGTIMESTAMP %{MONTH} +%{MONTHDAY} %{TIME}
PROG [\x21-\x5a\x5c\x5e-\x7e]+
SYSLOGPROG %{PROG:program}(?:\[%{POSINT:pid}\])?
SYSLOGHOST %{IPORHOST}
SYSLOGFACILITY <%{NONNEGINT:facility}\.%{NONNEGINT:priority}>
SYSLOGBASE %{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:
SYSLOGLINE %{SYSLOGBASE} %{GREEDYDATA:message}
SYSLOG5424PRI <%{NONNEGINT:syslog5424_pri}>
SYSLOG5424SD (?:\[(?:[^\]\\]|\\.)*\])+
SYSLOG5424TEXT [!-,.-~][!-~]*|-[!-~]+
SYSLOG5424BASE %{SYSLOG5424PRI}%{NONNEGINT:syslog5424_ver} (?:-|%{TIMESTAMP_ISO8601:syslog5424_ts}) (?:-|%{SYSLOG5424TEXT:syslog5424_host}) (?:-|%{SYSLOG5424TEXT:syslog5424_app}) (?:-|%{SYSLOG5424TEXT:syslog5424_proc}) (?:-|%{SYSLOG5424TEXT:syslog5424_msgid}) (?:-|%{SYSLOG5424SD:syslog5424_sd})
SYSLOG5424LINE %{SYSLOG5424BASE}(?: %{GREEDYDATA:syslog5424_msg})?

LOGLEVEL [Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo(?:rmation)?|INFO(?:RMATION)?|[Ww]arn(?:ing)?|WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|[Cc]rit(?:ical)?|CRIT(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|SEVERE|[Ee]merg(?:ency)?|EMERG(?:ENCY)?
JAVACLASS (?:[a-zA-Z$_][a-zA-Z$_0-9]*\.)*[a-zA-Z$_][a-zA-Z$_0-9]*
JAVAFILE [a-zA-Z$_0-9. -]+
JAVAMETHOD <(?:cl)?init>|[a-zA-Z$_][a-zA-Z$_0-9]*
JAVASTACKTRACEPART \s*at %{JAVACLASS:class}\.%{JAVAMETHOD:method}\(%{JAVAFILE:file}(?::%{INT:line})?\)

HTTPDUSER %{EMAILADDRESS}|%{USER}
HTTPD_COMMONLOG %{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|(?<rawrequest>[^"]*))" (?:-|%{NUMBER:response}) (?:-|%{NUMBER:bytes})
HTTPD_COMBINEDLOG %{HTTPD_COMMONLOG} "(?<referrer>[^"]*)" "(?<agent>[^"]*)"
COMMONAPACHELOG %{HTTPD_COMMONLOG}
COMBINEDAPACHELOG %{HTTPD_COMBINEDLOG}
`

/** Reads definitions, one per line: `NAME expression`. Empty lines and those that begin with `#` are left out. Throws an Error. */
export function parsePatterns(text: string): Map<string, string> {
  const patterns = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const content = line.trim()
    if (content === '' || content.startsWith('#')) continue
    const definition = /^(\w+)\s+(.+)$/.exec(content)
    if (definition === null) throw new Error(`a line must be a name, a blank and an expression, but is '${content}'`)
    patterns.set(definition[1]!, definition[2]!)
  }
  return patterns
}

let library: ReadonlyMap<string, string> | null = null

export function grokLibrary(): ReadonlyMap<string, string> {
  library ??= parsePatterns(LIBRARY)
  return library
}
