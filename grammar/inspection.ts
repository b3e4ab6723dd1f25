// SHOW, DESCRIBE and PRINT.

import { AlterDropGrammar } from './alter-drop.ts'
import * as t from './tokens.ts'

export class InspectionGrammar extends AlterDropGrammar {
  show = this.RULE('show', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Show) }, { ALT: () => this.CONSUME(t.List) }])
    this.OR2([
      { ALT: () => this.CONSUME(t.Properties) },
      { ALT: () => this.SUBRULE(this.showTopics) },
      { ALT: () => this.SUBRULE(this.showExtendable) },
      { ALT: () => this.CONSUME(t.Functions) },
      { ALT: () => this.SUBRULE(this.showConnectors) },
      { ALT: () => this.SUBRULE(this.showPlugins) },
      { ALT: () => this.CONSUME(t.Types) },
      { ALT: () => this.CONSUME(t.Secrets) },
      { ALT: () => this.CONSUME(t.Indexes) },
      { ALT: () => this.CONSUME(t.Variables) },
    ])
  })

  showTopics = this.RULE('showTopics', () => {
    this.OPTION(() => this.CONSUME(t.All))
    this.CONSUME(t.Topics)
    this.OPTION2(() => this.CONSUME(t.Extended))
  })

  showExtendable = this.RULE('showExtendable', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Streams) },
      { ALT: () => this.CONSUME(t.Tables) },
      { ALT: () => this.CONSUME(t.Queries) },
    ])
    this.OPTION(() => this.CONSUME(t.Extended))
  })

  showConnectors = this.RULE('showConnectors', () => {
    this.OPTION(() => this.SUBRULE(this.connectorKind))
    this.CONSUME(t.Connectors)
  })

  showPlugins = this.RULE('showPlugins', () => {
    this.CONSUME(t.Connector)
    this.CONSUME(t.Plugins)
  })

  /** TABLES means all tables; FUNCTION is a name unless a name follows it. */
  describe = this.RULE('describe', () => {
    this.CONSUME(t.Describe)
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: () => this.SUBRULE(this.describeAll) },
        { GATE: () => this.isNext(2, t.Identifier), ALT: () => this.SUBRULE(this.describeFunction) },
        { ALT: () => this.SUBRULE(this.describeConnector) },
        { ALT: () => this.SUBRULE(this.describeSource) },
      ],
    })
  })

  describeAll = this.RULE('describeAll', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Streams) }, { ALT: () => this.CONSUME(t.Tables) }])
    this.OPTION(() => this.CONSUME(t.Extended))
  })

  describeFunction = this.RULE('describeFunction', () => {
    this.CONSUME(t.Function_)
    this.CONSUME(t.Identifier)
  })

  describeConnector = this.RULE('describeConnector', () => {
    this.CONSUME(t.Connector)
    this.CONSUME(t.Identifier)
  })

  describeSource = this.RULE('describeSource', () => {
    this.CONSUME(t.Identifier)
    this.OPTION(() => this.CONSUME(t.Extended))
  })

  print = this.RULE('print', () => {
    this.CONSUME(t.Print)
    this.SUBRULE(this.nameOrString)
    this.OPTION(() => {
      this.CONSUME(t.From)
      this.CONSUME(t.Beginning)
    })
    this.OPTION2(() => {
      this.OR([{ ALT: () => this.CONSUME(t.Interval) }, { ALT: () => this.CONSUME(t.Sample) }])
      this.SUBRULE(this.number, { LABEL: 'interval' })
    })
    this.OPTION3(() => {
      this.CONSUME(t.Limit)
      this.SUBRULE2(this.number, { LABEL: 'limit' })
    })
  })
}
