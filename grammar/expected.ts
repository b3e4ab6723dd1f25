// What may stand after some tokens: the grammar's own structure walked along them, on all paths at once. Only for explaining a text that
// did not parse; the GATEs of the grammar are not applied, so it may name a little too much.

import {
  Alternation,
  Alternative,
  type IProduction,
  type IToken,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  type Rule,
  Terminal,
  type TokenType,
  tokenMatcher,
} from 'chevrotain'

/** A place in the grammar: what is left of a sequence, and where to continue after it. `calls`: how many rules are open. */
interface Place {
  readonly parts: readonly IProduction[]
  readonly index: number
  readonly calls: number
  readonly after: Place | null
}

/** A token that may come next, and the place after it. */
interface Step {
  readonly token: TokenType
  readonly then: Place
}

export interface Expected {
  /** The tokens that the innermost rule which cannot end here could continue with. */
  readonly inRule: readonly TokenType[]
  /** These, and the tokens that the rules inside it, which can end here, could continue with. */
  readonly upToRule: readonly TokenType[]
}

/** Ambiguous beginnings multiply the paths; an explanation is not worth more than this. */
const MAX_PATHS = 200

/** The paths of a grammar through a sequence of tokens. */
export class ExpectedTokens {
  readonly #rules: Readonly<Record<string, Rule>>
  readonly #startRule: string
  readonly #loops = new Map<IProduction, readonly IProduction[]>()
  #places: readonly Place[]

  /** `rules`: as a parser's `getGAstProductions()` gives them. */
  constructor(rules: Readonly<Record<string, Rule>>, startRule: string) {
    this.#rules = rules
    this.#startRule = startRule
    this.#places = [{ parts: rules[startRule]!.definition, index: 0, calls: 0, after: null }]
  }

  /** The same place in the same grammar, to advance from on its own. */
  copy(): ExpectedTokens {
    const copy = new ExpectedTokens(this.#rules, this.#startRule)
    copy.#places = this.#places
    return copy
  }

  /** Goes on over `token`. Where it fits nowhere, or fits in too many ways, nothing is expected from then on. */
  advance(token: IToken): this {
    const next = this.#places.flatMap((place) =>
      [...this.#steps(place)].filter((step) => tokenMatcher(token, step.token)).map((step) => step.then),
    )
    this.#places = next.length > MAX_PATHS ? [] : next
    return this
  }

  /** All tokens that could come next, in whatever rule. */
  tokens(): TokenType[] {
    return [...new Set(this.#places.flatMap((place) => [...this.#steps(place)].map(({ token }) => token)))]
  }

  /** Whether `token` could come next. */
  accepts(token: IToken): boolean {
    return this.#places.some((place) => [...this.#steps(place)].some((step) => tokenMatcher(token, step.token)))
  }

  /**
   * What could come next for a parser that failed in a rule with `calls` others open around it (none for the start rule): it may have
   * entered that rule already, though no token of it is read.
   */
  expected(calls: number): Expected {
    const inRule = new Set<TokenType>()
    const upToRule = new Set<TokenType>()
    for (const place of this.#places) {
      const { end, steps, passed } = this.#leaveRules(place)
      if (end.calls > calls) continue
      const tokens = steps.filter(({ then }) => then.calls >= calls).map(({ token }) => token)
      for (const token of tokens) inRule.add(token)
      for (const token of [...passed, ...tokens]) upToRule.add(token)
    }
    return { inRule: [...inRule], upToRule: [...upToRule] }
  }

  /** Leaves each rule that can end at `place`, and what it could have gone on with; a rule that was called goes back to one place. */
  #leaveRules(place: Place): { end: Place; steps: Step[]; passed: TokenType[] } {
    const passed: TokenType[] = []
    for (let end = place; ; ) {
      const exits: Place[] = []
      const steps = [...this.#steps(end, end.calls, exits)]
      if (exits[0] === undefined) return { end, steps, passed }
      passed.push(...steps.map(({ token }) => token))
      end = exits[0]
    }
  }

  /** All next tokens from `place`. With `calls`, rules that were open there are not left: the places after them go to `exits`. */
  *#steps(place: Place, calls = 0, exits: Place[] = []): Generator<Step> {
    if (place.calls < calls) {
      exits.push(place)
      return
    }
    const part = place.parts[place.index]
    if (part === undefined) {
      if (place.after !== null) yield* this.#steps(place.after, calls, exits)
      return
    }
    const then = { ...place, index: place.index + 1 }
    if (part instanceof Terminal) yield { token: part.terminalType, then }
    else for (const path of this.#pathsInto(part, place, then)) yield* this.#steps(path, calls, exits)
  }

  #pathsInto(part: IProduction, place: Place, then: Place): Place[] {
    const into = (parts: readonly IProduction[], after: Place): Place => ({
      parts,
      index: 0,
      calls: place.calls,
      after,
    })
    if (part instanceof NonTerminal) {
      const { definition } = this.#rules[part.nonTerminalName]!
      return [{ parts: definition, index: 0, calls: place.calls + 1, after: then }]
    }
    if (part instanceof Alternation) return part.definition.map((alternative) => into([alternative], then))
    if (part instanceof Alternative) return [into(part.definition, then)]
    if (part instanceof Option) return [into(part.definition, then), then]
    if (part instanceof Repetition) return [into(part.definition, place), then]
    if (part instanceof RepetitionMandatory)
      return [into(part.definition, into(this.#loop(part, part.definition), then))]
    if (part instanceof RepetitionWithSeparator || part instanceof RepetitionMandatoryWithSeparator) {
      const separated = [new Terminal({ terminalType: part.separator }), ...part.definition]
      const first = into(part.definition, into(this.#loop(part, separated), then))
      return part instanceof RepetitionWithSeparator ? [first, then] : [first]
    }
    throw new Error(`unknown production ${part.constructor.name}`)
  }

  /** `definition` any number of times; made once for each production. */
  #loop(part: IProduction, definition: IProduction[]): readonly IProduction[] {
    const known = this.#loops.get(part)
    if (known !== undefined) return known
    const loop = [new Repetition({ definition })]
    this.#loops.set(part, loop)
    return loop
  }
}
