import type { CstNode, ICstVisitor, IToken } from "chevrotain";

export interface TypeCstNode extends CstNode {
  name: "type";
  children: TypeCstChildren;
}

export type TypeCstChildren = {
  arrayType?: ArrayTypeCstNode[];
  mapType?: MapTypeCstNode[];
  structType?: StructTypeCstNode[];
  decimalType?: DecimalTypeCstNode[];
  namedType?: NamedTypeCstNode[];
  Array?: IToken[];
};

export interface ArrayTypeCstNode extends CstNode {
  name: "arrayType";
  children: ArrayTypeCstChildren;
}

export type ArrayTypeCstChildren = {
  Array: IToken[];
  Less: IToken[];
  type: TypeCstNode[];
  Greater: IToken[];
};

export interface MapTypeCstNode extends CstNode {
  name: "mapType";
  children: MapTypeCstChildren;
}

export type MapTypeCstChildren = {
  Map: IToken[];
  Less: IToken[];
  key: TypeCstNode[];
  Comma: IToken[];
  value: TypeCstNode[];
  Greater: IToken[];
};

export interface StructTypeCstNode extends CstNode {
  name: "structType";
  children: StructTypeCstChildren;
}

export type StructTypeCstChildren = {
  Struct: IToken[];
  NotEqual?: IToken[];
  Less?: IToken[];
  structTypeField?: StructTypeFieldCstNode[];
  Comma?: IToken[];
  Greater?: IToken[];
};

export interface StructTypeFieldCstNode extends CstNode {
  name: "structTypeField";
  children: StructTypeFieldCstChildren;
}

export type StructTypeFieldCstChildren = {
  Identifier: IToken[];
  type: TypeCstNode[];
};

export interface DecimalTypeCstNode extends CstNode {
  name: "decimalType";
  children: DecimalTypeCstChildren;
}

export type DecimalTypeCstChildren = {
  Decimal: IToken[];
  LeftParenthesis: IToken[];
  precision: IToken[];
  Comma: IToken[];
  scale: IToken[];
  RightParenthesis: IToken[];
};

export interface NamedTypeCstNode extends CstNode {
  name: "namedType";
  children: NamedTypeCstChildren;
}

export type NamedTypeCstChildren = {
  Identifier: IToken[];
  LeftParenthesis?: IToken[];
  typeParameter?: TypeParameterCstNode[];
  Comma?: IToken[];
  RightParenthesis?: IToken[];
};

export interface TypeParameterCstNode extends CstNode {
  name: "typeParameter";
  children: TypeParameterCstChildren;
}

export type TypeParameterCstChildren = {
  String?: IToken[];
  IntegerValue?: IToken[];
};

export interface OverCstNode extends CstNode {
  name: "over";
  children: OverCstChildren;
}

export type OverCstChildren = {
  Over: IToken[];
  LeftParenthesis: IToken[];
  Partition?: IToken[];
  By?: (IToken)[];
  partitionBy?: ValueCstNode[];
  Comma?: IToken[];
  Order?: IToken[];
  sortItems?: SortItemsCstNode[];
  frame?: FrameCstNode[];
  RightParenthesis: IToken[];
};

export interface SortItemsCstNode extends CstNode {
  name: "sortItems";
  children: SortItemsCstChildren;
}

export type SortItemsCstChildren = {
  sortItem: SortItemCstNode[];
  Comma?: IToken[];
};

export interface SortItemCstNode extends CstNode {
  name: "sortItem";
  children: SortItemCstChildren;
}

export type SortItemCstChildren = {
  value: ValueCstNode[];
  Asc?: IToken[];
  Desc?: IToken[];
  Nulls?: IToken[];
  First?: IToken[];
  Last?: IToken[];
};

export interface FrameCstNode extends CstNode {
  name: "frame";
  children: FrameCstChildren;
}

export type FrameCstChildren = {
  Rows?: IToken[];
  Range?: IToken[];
  Between?: IToken[];
  frameBound?: (FrameBoundCstNode)[];
  And?: IToken[];
};

export interface FrameBoundCstNode extends CstNode {
  name: "frameBound";
  children: FrameBoundCstChildren;
}

export type FrameBoundCstChildren = {
  Current?: IToken[];
  Row?: IToken[];
  Unbounded?: IToken[];
  frameOffset?: FrameOffsetCstNode[];
  Preceding?: IToken[];
  Following?: IToken[];
};

export interface FrameOffsetCstNode extends CstNode {
  name: "frameOffset";
  children: FrameOffsetCstChildren;
}

export type FrameOffsetCstChildren = {
  IntegerValue: IToken[];
  timeUnit?: TimeUnitCstNode[];
};

export interface TimeUnitCstNode extends CstNode {
  name: "timeUnit";
  children: TimeUnitCstChildren;
}

export type TimeUnitCstChildren = {
  unit?: (IToken)[];
};

export interface ValueCstNode extends CstNode {
  name: "value";
  children: ValueCstChildren;
}

export type ValueCstChildren = {
  operand: (SumCstNode)[];
  ConcatMark?: IToken[];
};

export interface SumCstNode extends CstNode {
  name: "sum";
  children: SumCstChildren;
}

export type SumCstChildren = {
  operand: (ProductCstNode)[];
  operator?: (IToken)[];
};

export interface ProductCstNode extends CstNode {
  name: "product";
  children: ProductCstChildren;
}

export type ProductCstChildren = {
  operand: (SignedCstNode)[];
  operator?: (IToken)[];
};

export interface SignedCstNode extends CstNode {
  name: "signed";
  children: SignedCstChildren;
}

export type SignedCstChildren = {
  sign?: (IToken)[];
  access: AccessCstNode[];
  At?: IToken[];
  Time?: IToken[];
  Zone?: IToken[];
  StringValue?: IToken[];
};

export interface AccessCstNode extends CstNode {
  name: "access";
  children: AccessCstChildren;
}

export type AccessCstChildren = {
  primary: PrimaryCstNode[];
  step?: (SubscriptCstNode | DereferenceCstNode)[];
};

export interface SubscriptCstNode extends CstNode {
  name: "subscript";
  children: SubscriptCstChildren;
}

export type SubscriptCstChildren = {
  LeftBracket: IToken[];
  value: ValueCstNode[];
  RightBracket: IToken[];
};

export interface DereferenceCstNode extends CstNode {
  name: "dereference";
  children: DereferenceCstChildren;
}

export type DereferenceCstChildren = {
  FieldArrow: IToken[];
  Identifier: IToken[];
};

export interface PrimaryCstNode extends CstNode {
  name: "primary";
  children: PrimaryCstChildren;
}

export type PrimaryCstChildren = {
  literal?: LiteralCstNode[];
  decimalLiteral?: DecimalLiteralCstNode[];
  caseExpression?: CaseExpressionCstNode[];
  cast?: CastCstNode[];
  arrayConstructor?: ArrayConstructorCstNode[];
  mapConstructor?: MapConstructorCstNode[];
  structConstructor?: StructConstructorCstNode[];
  functionCall?: FunctionCallCstNode[];
  columnReference?: ColumnReferenceCstNode[];
  subquery?: SubqueryCstNode[];
  exists?: ExistsCstNode[];
  parenthesized?: ParenthesizedCstNode[];
};

export interface ExistsCstNode extends CstNode {
  name: "exists";
  children: ExistsCstChildren;
}

export type ExistsCstChildren = {
  Exists: IToken[];
  subquery: SubqueryCstNode[];
};

export interface ParenthesizedCstNode extends CstNode {
  name: "parenthesized";
  children: ParenthesizedCstChildren;
}

export type ParenthesizedCstChildren = {
  LeftParenthesis: IToken[];
  expression: ExpressionCstNode[];
  RightParenthesis: IToken[];
};

export interface LiteralCstNode extends CstNode {
  name: "literal";
  children: LiteralCstChildren;
}

export type LiteralCstChildren = {
  Null?: IToken[];
  True?: IToken[];
  False?: IToken[];
  StringValue?: IToken[];
  number?: NumberCstNode[];
};

export interface NumberCstNode extends CstNode {
  name: "number";
  children: NumberCstChildren;
}

export type NumberCstChildren = {
  Minus?: IToken[];
  IntegerValue?: IToken[];
  DecimalValue?: IToken[];
  FloatValue?: IToken[];
};

export interface DecimalLiteralCstNode extends CstNode {
  name: "decimalLiteral";
  children: DecimalLiteralCstChildren;
}

export type DecimalLiteralCstChildren = {
  Decimal: IToken[];
  StringValue: IToken[];
};

export interface CaseExpressionCstNode extends CstNode {
  name: "caseExpression";
  children: CaseExpressionCstChildren;
}

export type CaseExpressionCstChildren = {
  Case: IToken[];
  operand?: ValueCstNode[];
  whenClause: WhenClauseCstNode[];
  Else?: IToken[];
  otherwise?: ExpressionCstNode[];
  End: IToken[];
};

export interface WhenClauseCstNode extends CstNode {
  name: "whenClause";
  children: WhenClauseCstChildren;
}

export type WhenClauseCstChildren = {
  When: IToken[];
  condition: ExpressionCstNode[];
  Then: IToken[];
  result: ExpressionCstNode[];
};

export interface CastCstNode extends CstNode {
  name: "cast";
  children: CastCstChildren;
}

export type CastCstChildren = {
  Cast: IToken[];
  LeftParenthesis: IToken[];
  expression: ExpressionCstNode[];
  As: IToken[];
  type: TypeCstNode[];
  RightParenthesis: IToken[];
};

export interface ArrayConstructorCstNode extends CstNode {
  name: "arrayConstructor";
  children: ArrayConstructorCstChildren;
}

export type ArrayConstructorCstChildren = {
  Array: IToken[];
  LeftBracket: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  RightBracket: IToken[];
};

export interface MapConstructorCstNode extends CstNode {
  name: "mapConstructor";
  children: MapConstructorCstChildren;
}

export type MapConstructorCstChildren = {
  Map: IToken[];
  LeftParenthesis: IToken[];
  mapEntry?: MapEntryCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
};

export interface MapEntryCstNode extends CstNode {
  name: "mapEntry";
  children: MapEntryCstChildren;
}

export type MapEntryCstChildren = {
  key: ExpressionCstNode[];
  Assign: IToken[];
  value: ExpressionCstNode[];
};

export interface StructConstructorCstNode extends CstNode {
  name: "structConstructor";
  children: StructConstructorCstChildren;
}

export type StructConstructorCstChildren = {
  Struct: IToken[];
  LeftParenthesis: IToken[];
  structField?: StructFieldCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
};

export interface StructFieldCstNode extends CstNode {
  name: "structField";
  children: StructFieldCstChildren;
}

export type StructFieldCstChildren = {
  Identifier: IToken[];
  Assign: IToken[];
  expression: ExpressionCstNode[];
};

export interface ColumnReferenceCstNode extends CstNode {
  name: "columnReference";
  children: ColumnReferenceCstChildren;
}

export type ColumnReferenceCstChildren = {
  name: (IToken)[];
  Dot?: IToken[];
};

export interface FunctionCallCstNode extends CstNode {
  name: "functionCall";
  children: FunctionCallCstChildren;
}

export type FunctionCallCstChildren = {
  Identifier: IToken[];
  LeftParenthesis: IToken[];
  Asterisk?: IToken[];
  Distinct?: IToken[];
  argument?: ArgumentCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
  aggregateFilter?: AggregateFilterCstNode[];
  over?: OverCstNode[];
};

export interface AggregateFilterCstNode extends CstNode {
  name: "aggregateFilter";
  children: AggregateFilterCstChildren;
}

export type AggregateFilterCstChildren = {
  Filter: IToken[];
  LeftParenthesis: IToken[];
  Where: IToken[];
  expression: ExpressionCstNode[];
  RightParenthesis: IToken[];
};

export interface ArgumentCstNode extends CstNode {
  name: "argument";
  children: ArgumentCstChildren;
}

export type ArgumentCstChildren = {
  lambda?: LambdaCstNode[];
  intervalUnit?: IntervalUnitCstNode[];
  expression?: ExpressionCstNode[];
};

export interface IntervalUnitCstNode extends CstNode {
  name: "intervalUnit";
  children: IntervalUnitCstChildren;
}

export type IntervalUnitCstChildren = {
  unit?: (IToken)[];
};

export interface LambdaCstNode extends CstNode {
  name: "lambda";
  children: LambdaCstChildren;
}

export type LambdaCstChildren = {
  Identifier?: (IToken)[];
  LeftParenthesis?: IToken[];
  Comma?: IToken[];
  RightParenthesis?: IToken[];
  LambdaArrow: IToken[];
  expression: ExpressionCstNode[];
};

export interface ExpressionCstNode extends CstNode {
  name: "expression";
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  operand: (ConjunctionCstNode)[];
  Or?: IToken[];
};

export interface ConjunctionCstNode extends CstNode {
  name: "conjunction";
  children: ConjunctionCstChildren;
}

export type ConjunctionCstChildren = {
  operand: (NegationCstNode)[];
  And?: IToken[];
};

export interface NegationCstNode extends CstNode {
  name: "negation";
  children: NegationCstChildren;
}

export type NegationCstChildren = {
  Not?: IToken[];
  predicate: PredicateCstNode[];
};

export interface PredicateCstNode extends CstNode {
  name: "predicate";
  children: PredicateCstChildren;
}

export type PredicateCstChildren = {
  operand: ValueCstNode[];
  comparison?: ComparisonCstNode[];
  isTest?: IsTestCstNode[];
  Not?: IToken[];
  between?: BetweenCstNode[];
  inList?: InListCstNode[];
  like?: LikeCstNode[];
};

export interface ComparisonCstNode extends CstNode {
  name: "comparison";
  children: ComparisonCstChildren;
}

export type ComparisonCstChildren = {
  operator?: (IToken)[];
  value: ValueCstNode[];
};

export interface IsTestCstNode extends CstNode {
  name: "isTest";
  children: IsTestCstChildren;
}

export type IsTestCstChildren = {
  Is: IToken[];
  Not?: IToken[];
  Null?: IToken[];
  Distinct?: IToken[];
  From?: IToken[];
  value?: ValueCstNode[];
};

export interface BetweenCstNode extends CstNode {
  name: "between";
  children: BetweenCstChildren;
}

export type BetweenCstChildren = {
  Between: IToken[];
  low: ValueCstNode[];
  And: IToken[];
  high: ValueCstNode[];
};

export interface InListCstNode extends CstNode {
  name: "inList";
  children: InListCstChildren;
}

export type InListCstChildren = {
  In: IToken[];
  subquery?: SubqueryCstNode[];
  LeftParenthesis?: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  RightParenthesis?: IToken[];
};

export interface LikeCstNode extends CstNode {
  name: "like";
  children: LikeCstChildren;
}

export type LikeCstChildren = {
  Like: IToken[];
  value: ValueCstNode[];
  Escape?: IToken[];
  StringValue?: IToken[];
};

export interface WindowClauseCstNode extends CstNode {
  name: "windowClause";
  children: WindowClauseCstChildren;
}

export type WindowClauseCstChildren = {
  Identifier?: IToken[];
  tumbling?: TumblingCstNode[];
  hopping?: HoppingCstNode[];
  cumulate?: CumulateCstNode[];
  session?: SessionCstNode[];
};

export interface TumblingCstNode extends CstNode {
  name: "tumbling";
  children: TumblingCstChildren;
}

export type TumblingCstChildren = {
  Tumbling: IToken[];
  LeftParenthesis: IToken[];
  Size: IToken[];
  size: DurationCstNode[];
  windowOptions: WindowOptionsCstNode[];
  RightParenthesis: IToken[];
};

export interface HoppingCstNode extends CstNode {
  name: "hopping";
  children: HoppingCstChildren;
}

export type HoppingCstChildren = {
  Hopping: IToken[];
  LeftParenthesis: IToken[];
  Size: IToken[];
  size: DurationCstNode[];
  Comma: IToken[];
  Advance: IToken[];
  By: IToken[];
  advance: DurationCstNode[];
  windowOptions: WindowOptionsCstNode[];
  RightParenthesis: IToken[];
};

export interface CumulateCstNode extends CstNode {
  name: "cumulate";
  children: CumulateCstChildren;
}

export type CumulateCstChildren = {
  Cumulate: IToken[];
  LeftParenthesis: IToken[];
  Size: IToken[];
  size: DurationCstNode[];
  Comma: IToken[];
  Step: IToken[];
  step: DurationCstNode[];
  windowOptions: WindowOptionsCstNode[];
  RightParenthesis: IToken[];
};

export interface SessionCstNode extends CstNode {
  name: "session";
  children: SessionCstChildren;
}

export type SessionCstChildren = {
  Session: IToken[];
  LeftParenthesis: IToken[];
  gap: DurationCstNode[];
  windowOptions: WindowOptionsCstNode[];
  RightParenthesis: IToken[];
};

export interface WindowOptionsCstNode extends CstNode {
  name: "windowOptions";
  children: WindowOptionsCstChildren;
}

export type WindowOptionsCstChildren = {
  Comma?: (IToken)[];
  Retention?: IToken[];
  retention?: DurationCstNode[];
  grace?: GraceCstNode[];
  Processing?: IToken[];
  Time?: IToken[];
};

export interface GraceCstNode extends CstNode {
  name: "grace";
  children: GraceCstChildren;
}

export type GraceCstChildren = {
  Grace: IToken[];
  Period: IToken[];
  duration: DurationCstNode[];
};

export interface DurationCstNode extends CstNode {
  name: "duration";
  children: DurationCstChildren;
}

export type DurationCstChildren = {
  IntegerValue: IToken[];
  timeUnit: TimeUnitCstNode[];
};

export interface QueryCstNode extends CstNode {
  name: "query";
  children: QueryCstChildren;
}

export type QueryCstChildren = {
  commonTables?: CommonTablesCstNode[];
  union: UnionCstNode[];
  Order?: IToken[];
  By?: IToken[];
  sortItems?: SortItemsCstNode[];
  stateTtl?: StateTtlCstNode[];
  Emit?: IToken[];
  Changes?: IToken[];
  emitFinal?: EmitFinalCstNode[];
  Limit?: IToken[];
  limit?: NumberCstNode[];
  Offset?: IToken[];
  offset?: NumberCstNode[];
};

export interface EmitFinalCstNode extends CstNode {
  name: "emitFinal";
  children: EmitFinalCstChildren;
}

export type EmitFinalCstChildren = {
  Final: IToken[];
  Timeout?: IToken[];
  duration?: DurationCstNode[];
};

export interface CommonTablesCstNode extends CstNode {
  name: "commonTables";
  children: CommonTablesCstChildren;
}

export type CommonTablesCstChildren = {
  With: IToken[];
  commonTable: CommonTableCstNode[];
  Comma?: IToken[];
};

export interface CommonTableCstNode extends CstNode {
  name: "commonTable";
  children: CommonTableCstChildren;
}

export type CommonTableCstChildren = {
  Identifier: IToken[];
  LeftParenthesis?: IToken[];
  column?: IToken[];
  Comma?: IToken[];
  RightParenthesis?: IToken[];
  As: IToken[];
  subquery: SubqueryCstNode[];
};

export interface UnionCstNode extends CstNode {
  name: "union";
  children: UnionCstChildren;
}

export type UnionCstChildren = {
  operand: (IntersectionCstNode)[];
  operator?: (IToken)[];
  setQuantifier?: SetQuantifierCstNode[];
};

export interface IntersectionCstNode extends CstNode {
  name: "intersection";
  children: IntersectionCstChildren;
}

export type IntersectionCstChildren = {
  operand: (QueryTermCstNode)[];
  operator?: IToken[];
  setQuantifier?: SetQuantifierCstNode[];
};

export interface SetQuantifierCstNode extends CstNode {
  name: "setQuantifier";
  children: SetQuantifierCstChildren;
}

export type SetQuantifierCstChildren = {
  All?: IToken[];
  Distinct?: IToken[];
};

export interface QueryTermCstNode extends CstNode {
  name: "queryTerm";
  children: QueryTermCstChildren;
}

export type QueryTermCstChildren = {
  select?: SelectCstNode[];
  subquery?: SubqueryCstNode[];
};

export interface SubqueryCstNode extends CstNode {
  name: "subquery";
  children: SubqueryCstChildren;
}

export type SubqueryCstChildren = {
  LeftParenthesis: IToken[];
  query: QueryCstNode[];
  RightParenthesis: IToken[];
};

export interface SelectCstNode extends CstNode {
  name: "select";
  children: SelectCstChildren;
}

export type SelectCstChildren = {
  Select: IToken[];
  Distinct?: IToken[];
  All?: IToken[];
  selectItem: SelectItemCstNode[];
  Comma?: IToken[];
  From: IToken[];
  relation: RelationCstNode[];
  Window?: IToken[];
  windowClause?: WindowClauseCstNode[];
  Where?: IToken[];
  where?: ExpressionCstNode[];
  Group?: IToken[];
  By?: (IToken)[];
  groupBy?: GroupingCstNode[];
  Partition?: IToken[];
  partitionBy?: GroupingCstNode[];
  Having?: IToken[];
  having?: ExpressionCstNode[];
  Qualify?: IToken[];
  qualify?: ExpressionCstNode[];
};

export interface SelectItemCstNode extends CstNode {
  name: "selectItem";
  children: SelectItemCstChildren;
}

export type SelectItemCstChildren = {
  Asterisk?: (IToken)[];
  qualifier?: IToken[];
  Dot?: IToken[];
  expression?: ExpressionCstNode[];
  structAll?: StructAllCstNode[];
  alias?: AliasCstNode[];
};

export interface StructAllCstNode extends CstNode {
  name: "structAll";
  children: StructAllCstChildren;
}

export type StructAllCstChildren = {
  FieldArrow: IToken[];
  Asterisk: IToken[];
};

export interface AliasCstNode extends CstNode {
  name: "alias";
  children: AliasCstChildren;
}

export type AliasCstChildren = {
  As?: IToken[];
  Identifier: IToken[];
};

export interface RelationCstNode extends CstNode {
  name: "relation";
  children: RelationCstChildren;
}

export type RelationCstChildren = {
  source: SourceCstNode[];
  join?: JoinCstNode[];
};

export interface SourceCstNode extends CstNode {
  name: "source";
  children: SourceCstChildren;
}

export type SourceCstChildren = {
  Identifier?: IToken[];
  subquery?: SubqueryCstNode[];
  alias?: AliasCstNode[];
};

export interface JoinCstNode extends CstNode {
  name: "join";
  children: JoinCstChildren;
}

export type JoinCstChildren = {
  Asof?: IToken[];
  Inner?: IToken[];
  Left?: IToken[];
  Right?: IToken[];
  Full?: IToken[];
  Outer?: IToken[];
  Join: IToken[];
  source: SourceCstNode[];
  within?: WithinCstNode[];
  stateTtl?: StateTtlCstNode[];
  On: IToken[];
  expression: ExpressionCstNode[];
};

export interface StateTtlCstNode extends CstNode {
  name: "stateTtl";
  children: StateTtlCstChildren;
}

export type StateTtlCstChildren = {
  State: IToken[];
  Ttl: IToken[];
  duration: DurationCstNode[];
};

export interface WithinCstNode extends CstNode {
  name: "within";
  children: WithinCstChildren;
}

export type WithinCstChildren = {
  Within: IToken[];
  duration?: (DurationCstNode)[];
  LeftParenthesis?: IToken[];
  Comma?: IToken[];
  RightParenthesis?: IToken[];
  grace?: GraceCstNode[];
};

export interface GroupingCstNode extends CstNode {
  name: "grouping";
  children: GroupingCstChildren;
}

export type GroupingCstChildren = {
  LeftParenthesis?: IToken[];
  value?: ValueCstNode[];
  Comma?: (IToken)[];
  RightParenthesis?: IToken[];
  groupingElement?: GroupingElementCstNode[];
};

export interface GroupingElementCstNode extends CstNode {
  name: "groupingElement";
  children: GroupingElementCstChildren;
}

export type GroupingElementCstChildren = {
  Grouping?: IToken[];
  Sets?: IToken[];
  LeftParenthesis?: IToken[];
  groupingSet?: GroupingSetCstNode[];
  Comma?: IToken[];
  RightParenthesis?: IToken[];
  value?: ValueCstNode[];
};

export interface GroupingSetCstNode extends CstNode {
  name: "groupingSet";
  children: GroupingSetCstChildren;
}

export type GroupingSetCstChildren = {
  LeftParenthesis?: IToken[];
  value?: ValueCstNode[];
  Comma?: IToken[];
  RightParenthesis?: IToken[];
  groupingElement?: GroupingElementCstNode[];
};

export interface WithClauseCstNode extends CstNode {
  name: "withClause";
  children: WithClauseCstChildren;
}

export type WithClauseCstChildren = {
  With: IToken[];
  LeftParenthesis: IToken[];
  property: PropertyCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
};

export interface PropertyCstNode extends CstNode {
  name: "property";
  children: PropertyCstChildren;
}

export type PropertyCstChildren = {
  nameOrString: NameOrStringCstNode[];
  Equal: IToken[];
  literal: LiteralCstNode[];
};

export interface NameOrStringCstNode extends CstNode {
  name: "nameOrString";
  children: NameOrStringCstChildren;
}

export type NameOrStringCstChildren = {
  Identifier?: IToken[];
  StringValue?: IToken[];
};

export interface SourceKindCstNode extends CstNode {
  name: "sourceKind";
  children: SourceKindCstChildren;
}

export type SourceKindCstChildren = {
  Stream?: IToken[];
  Table?: IToken[];
};

export interface IfNotExistsCstNode extends CstNode {
  name: "ifNotExists";
  children: IfNotExistsCstChildren;
}

export type IfNotExistsCstChildren = {
  If: IToken[];
  Not: IToken[];
  Exists: IToken[];
};

export interface IfExistsCstNode extends CstNode {
  name: "ifExists";
  children: IfExistsCstChildren;
}

export type IfExistsCstChildren = {
  If: IToken[];
  Exists: IToken[];
};

export interface ColumnDefinitionsCstNode extends CstNode {
  name: "columnDefinitions";
  children: ColumnDefinitionsCstChildren;
}

export type ColumnDefinitionsCstChildren = {
  LeftParenthesis: IToken[];
  columnDefinition: ColumnDefinitionCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
};

export interface ColumnListCstNode extends CstNode {
  name: "columnList";
  children: ColumnListCstChildren;
}

export type ColumnListCstChildren = {
  columnDefinition?: ColumnDefinitionCstNode[];
  Comma?: IToken[];
};

export interface ColumnDefinitionCstNode extends CstNode {
  name: "columnDefinition";
  children: ColumnDefinitionCstChildren;
}

export type ColumnDefinitionCstChildren = {
  Identifier: IToken[];
  type: TypeCstNode[];
  columnRole?: ColumnRoleCstNode[];
};

export interface ColumnRoleCstNode extends CstNode {
  name: "columnRole";
  children: ColumnRoleCstChildren;
}

export type ColumnRoleCstChildren = {
  Primary?: IToken[];
  Key?: IToken[];
  Headers?: IToken[];
  Header?: IToken[];
  LeftParenthesis?: IToken[];
  StringValue?: IToken[];
  RightParenthesis?: IToken[];
};

export interface ColumnNamesCstNode extends CstNode {
  name: "columnNames";
  children: ColumnNamesCstChildren;
}

export type ColumnNamesCstChildren = {
  LeftParenthesis: IToken[];
  Identifier: IToken[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
};

export interface RowValuesCstNode extends CstNode {
  name: "rowValues";
  children: RowValuesCstChildren;
}

export type RowValuesCstChildren = {
  LeftParenthesis: IToken[];
  value: ValueCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
};

export interface CreateCstNode extends CstNode {
  name: "create";
  children: CreateCstChildren;
}

export type CreateCstChildren = {
  Create: IToken[];
  createConnector?: CreateConnectorCstNode[];
  createSink?: CreateSinkCstNode[];
  createFeed?: CreateFeedCstNode[];
  createType?: CreateTypeCstNode[];
  createIndex?: CreateIndexCstNode[];
  createSecret?: CreateSecretCstNode[];
  createFunction?: CreateFunctionCstNode[];
  createSource?: CreateSourceCstNode[];
};

export interface CreateSourceCstNode extends CstNode {
  name: "createSource";
  children: CreateSourceCstChildren;
}

export type CreateSourceCstChildren = {
  Or?: IToken[];
  Replace?: IToken[];
  Source?: IToken[];
  sourceKind: SourceKindCstNode[];
  ifNotExists?: IfNotExistsCstNode[];
  Identifier: IToken[];
  columnDefinitions?: ColumnDefinitionsCstNode[];
  withClause?: WithClauseCstNode[];
  As?: IToken[];
  query?: QueryCstNode[];
};

export interface CreateIndexCstNode extends CstNode {
  name: "createIndex";
  children: CreateIndexCstChildren;
}

export type CreateIndexCstChildren = {
  Index: IToken[];
  ifNotExists?: IfNotExistsCstNode[];
  Identifier: IToken[];
  On: IToken[];
  indexTarget: IndexTargetCstNode[];
};

export interface IndexTargetCstNode extends CstNode {
  name: "indexTarget";
  children: IndexTargetCstChildren;
}

export type IndexTargetCstChildren = {
  Identifier: IToken[];
  LeftParenthesis: IToken[];
  indexColumn: IndexColumnCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
};

export interface IndexColumnCstNode extends CstNode {
  name: "indexColumn";
  children: IndexColumnCstChildren;
}

export type IndexColumnCstChildren = {
  Identifier: IToken[];
};

export interface CreateTypeCstNode extends CstNode {
  name: "createType";
  children: CreateTypeCstChildren;
}

export type CreateTypeCstChildren = {
  Type: IToken[];
  ifNotExists?: IfNotExistsCstNode[];
  Identifier: IToken[];
  As: IToken[];
  type: TypeCstNode[];
};

export interface CreateFunctionCstNode extends CstNode {
  name: "createFunction";
  children: CreateFunctionCstChildren;
}

export type CreateFunctionCstChildren = {
  Or?: IToken[];
  Replace?: IToken[];
  Aggregate?: IToken[];
  Function: IToken[];
  ifNotExists?: IfNotExistsCstNode[];
  Identifier: IToken[];
  LeftParenthesis: IToken[];
  functionParameter?: FunctionParameterCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
  Returns: IToken[];
  functionResult: FunctionResultCstNode[];
  functionOption?: FunctionOptionCstNode[];
  As: IToken[];
  StringValue: IToken[];
};

export interface FunctionParameterCstNode extends CstNode {
  name: "functionParameter";
  children: FunctionParameterCstChildren;
}

export type FunctionParameterCstChildren = {
  Variadic?: IToken[];
  Identifier: IToken[];
  lambdaType?: LambdaTypeCstNode[];
  type?: TypeCstNode[];
  Default?: IToken[];
  literal?: LiteralCstNode[];
};

export interface LambdaTypeCstNode extends CstNode {
  name: "lambdaType";
  children: LambdaTypeCstChildren;
}

export type LambdaTypeCstChildren = {
  Lambda: IToken[];
  LeftParenthesis: IToken[];
  parameter: TypeCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
  LambdaArrow: IToken[];
  result: TypeCstNode[];
};

export interface FunctionResultCstNode extends CstNode {
  name: "functionResult";
  children: FunctionResultCstChildren;
}

export type FunctionResultCstChildren = {
  Table?: IToken[];
  resultColumns?: ResultColumnsCstNode[];
  type?: TypeCstNode[];
};

export interface ResultColumnsCstNode extends CstNode {
  name: "resultColumns";
  children: ResultColumnsCstChildren;
}

export type ResultColumnsCstChildren = {
  LeftParenthesis: IToken[];
  resultColumn: ResultColumnCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
};

export interface ResultColumnCstNode extends CstNode {
  name: "resultColumn";
  children: ResultColumnCstChildren;
}

export type ResultColumnCstChildren = {
  Identifier: IToken[];
  type: TypeCstNode[];
};

export interface FunctionOptionCstNode extends CstNode {
  name: "functionOption";
  children: FunctionOptionCstChildren;
}

export type FunctionOptionCstChildren = {
  Language?: IToken[];
  Identifier?: IToken[];
  Not?: IToken[];
  Deterministic?: IToken[];
  Strict?: IToken[];
  State?: IToken[];
  resultColumns?: ResultColumnsCstNode[];
  withClause?: WithClauseCstNode[];
};

export interface CreateConnectorCstNode extends CstNode {
  name: "createConnector";
  children: CreateConnectorCstChildren;
}

export type CreateConnectorCstChildren = {
  connectorKind: ConnectorKindCstNode[];
  Connector: IToken[];
  ifNotExists?: IfNotExistsCstNode[];
  Identifier: IToken[];
  withClause: WithClauseCstNode[];
};

export interface CreateSinkCstNode extends CstNode {
  name: "createSink";
  children: CreateSinkCstChildren;
}

export type CreateSinkCstChildren = {
  Sink: IToken[];
  ifNotExists?: IfNotExistsCstNode[];
  Identifier: IToken[];
  From: IToken[];
  input: IToken[];
  connectorOptions: ConnectorOptionsCstNode[];
};

export interface CreateFeedCstNode extends CstNode {
  name: "createFeed";
  children: CreateFeedCstChildren;
}

export type CreateFeedCstChildren = {
  Source: IToken[];
  ifNotExists?: IfNotExistsCstNode[];
  Identifier: IToken[];
  connectorOptions: ConnectorOptionsCstNode[];
};

export interface CreateSecretCstNode extends CstNode {
  name: "createSecret";
  children: CreateSecretCstChildren;
}

export type CreateSecretCstChildren = {
  Or?: IToken[];
  Replace?: IToken[];
  Secret: IToken[];
  ifNotExists?: IfNotExistsCstNode[];
  Identifier: IToken[];
  connectorOptions: ConnectorOptionsCstNode[];
};

export interface ConnectorOptionsCstNode extends CstNode {
  name: "connectorOptions";
  children: ConnectorOptionsCstChildren;
}

export type ConnectorOptionsCstChildren = {
  With: IToken[];
  LeftParenthesis: IToken[];
  connectorOption: ConnectorOptionCstNode[];
  Comma?: IToken[];
  RightParenthesis: IToken[];
};

export interface ConnectorOptionCstNode extends CstNode {
  name: "connectorOption";
  children: ConnectorOptionCstChildren;
}

export type ConnectorOptionCstChildren = {
  nameOrString?: NameOrStringCstNode[];
  Connector?: IToken[];
  Topic?: IToken[];
  Equal: IToken[];
  literal: LiteralCstNode[];
};

export interface ConnectorKindCstNode extends CstNode {
  name: "connectorKind";
  children: ConnectorKindCstChildren;
}

export type ConnectorKindCstChildren = {
  Source?: IToken[];
  Sink?: IToken[];
};

export interface AlterCstNode extends CstNode {
  name: "alter";
  children: AlterCstChildren;
}

export type AlterCstChildren = {
  Alter: IToken[];
  alterSystem?: AlterSystemCstNode[];
  alterSource?: AlterSourceCstNode[];
  alterConnector?: AlterConnectorCstNode[];
};

export interface AlterSystemCstNode extends CstNode {
  name: "alterSystem";
  children: AlterSystemCstChildren;
}

export type AlterSystemCstChildren = {
  System: IToken[];
  StringValue: (IToken)[];
  Equal: IToken[];
};

export interface AlterSourceCstNode extends CstNode {
  name: "alterSource";
  children: AlterSourceCstChildren;
}

export type AlterSourceCstChildren = {
  sourceKind: SourceKindCstNode[];
  Identifier: IToken[];
  addColumns?: AddColumnsCstNode[];
  asQuery?: AsQueryCstNode[];
};

export interface AddColumnsCstNode extends CstNode {
  name: "addColumns";
  children: AddColumnsCstChildren;
}

export type AddColumnsCstChildren = {
  addColumn: AddColumnCstNode[];
  Comma?: IToken[];
};

export interface AlterConnectorCstNode extends CstNode {
  name: "alterConnector";
  children: AlterConnectorCstChildren;
}

export type AlterConnectorCstChildren = {
  Sink?: IToken[];
  Source?: IToken[];
  Connector?: IToken[];
  Identifier: IToken[];
  connectorOptions: ConnectorOptionsCstNode[];
};

export interface AsQueryCstNode extends CstNode {
  name: "asQuery";
  children: AsQueryCstChildren;
}

export type AsQueryCstChildren = {
  withClause?: WithClauseCstNode[];
  As: IToken[];
  query: QueryCstNode[];
};

export interface AddColumnCstNode extends CstNode {
  name: "addColumn";
  children: AddColumnCstChildren;
}

export type AddColumnCstChildren = {
  Add: IToken[];
  Column?: IToken[];
  Identifier: IToken[];
  type: TypeCstNode[];
};

export interface DropCstNode extends CstNode {
  name: "drop";
  children: DropCstChildren;
}

export type DropCstChildren = {
  Drop: IToken[];
  dropSource?: DropSourceCstNode[];
  dropType?: DropTypeCstNode[];
  dropConnector?: DropConnectorCstNode[];
  dropFunction?: DropFunctionCstNode[];
  dropSecret?: DropSecretCstNode[];
  dropIndex?: DropIndexCstNode[];
};

export interface DropSourceCstNode extends CstNode {
  name: "dropSource";
  children: DropSourceCstChildren;
}

export type DropSourceCstChildren = {
  sourceKind: SourceKindCstNode[];
  ifExists?: IfExistsCstNode[];
  Identifier: IToken[];
  Delete?: IToken[];
  Topic?: IToken[];
};

export interface DropTypeCstNode extends CstNode {
  name: "dropType";
  children: DropTypeCstChildren;
}

export type DropTypeCstChildren = {
  Type: IToken[];
  ifExists?: IfExistsCstNode[];
  Identifier: IToken[];
};

export interface DropFunctionCstNode extends CstNode {
  name: "dropFunction";
  children: DropFunctionCstChildren;
}

export type DropFunctionCstChildren = {
  Function: IToken[];
  ifExists?: IfExistsCstNode[];
  Identifier: IToken[];
  LeftParenthesis?: IToken[];
  type?: TypeCstNode[];
  Comma?: IToken[];
  RightParenthesis?: IToken[];
};

export interface DropIndexCstNode extends CstNode {
  name: "dropIndex";
  children: DropIndexCstChildren;
}

export type DropIndexCstChildren = {
  Index: IToken[];
  ifExists?: IfExistsCstNode[];
  Identifier: IToken[];
};

export interface DropSecretCstNode extends CstNode {
  name: "dropSecret";
  children: DropSecretCstChildren;
}

export type DropSecretCstChildren = {
  Secret: IToken[];
  ifExists?: IfExistsCstNode[];
  Identifier: IToken[];
};

export interface DropConnectorCstNode extends CstNode {
  name: "dropConnector";
  children: DropConnectorCstChildren;
}

export type DropConnectorCstChildren = {
  Connector: IToken[];
  ifExists?: IfExistsCstNode[];
  Identifier: IToken[];
};

export interface ShowCstNode extends CstNode {
  name: "show";
  children: ShowCstChildren;
}

export type ShowCstChildren = {
  Show?: IToken[];
  List?: IToken[];
  Properties?: IToken[];
  showTopics?: ShowTopicsCstNode[];
  showExtendable?: ShowExtendableCstNode[];
  Functions?: IToken[];
  showConnectors?: ShowConnectorsCstNode[];
  showPlugins?: ShowPluginsCstNode[];
  Types?: IToken[];
  Secrets?: IToken[];
  Indexes?: IToken[];
  Variables?: IToken[];
};

export interface ShowTopicsCstNode extends CstNode {
  name: "showTopics";
  children: ShowTopicsCstChildren;
}

export type ShowTopicsCstChildren = {
  All?: IToken[];
  Topics: IToken[];
  Extended?: IToken[];
};

export interface ShowExtendableCstNode extends CstNode {
  name: "showExtendable";
  children: ShowExtendableCstChildren;
}

export type ShowExtendableCstChildren = {
  Streams?: IToken[];
  Tables?: IToken[];
  Queries?: IToken[];
  Extended?: IToken[];
};

export interface ShowConnectorsCstNode extends CstNode {
  name: "showConnectors";
  children: ShowConnectorsCstChildren;
}

export type ShowConnectorsCstChildren = {
  connectorKind?: ConnectorKindCstNode[];
  Connectors: IToken[];
};

export interface ShowPluginsCstNode extends CstNode {
  name: "showPlugins";
  children: ShowPluginsCstChildren;
}

export type ShowPluginsCstChildren = {
  Connector: IToken[];
  Plugins: IToken[];
};

export interface DescribeCstNode extends CstNode {
  name: "describe";
  children: DescribeCstChildren;
}

export type DescribeCstChildren = {
  Describe: IToken[];
  describeAll?: DescribeAllCstNode[];
  describeFunction?: DescribeFunctionCstNode[];
  describeConnector?: DescribeConnectorCstNode[];
  describeSource?: DescribeSourceCstNode[];
};

export interface DescribeAllCstNode extends CstNode {
  name: "describeAll";
  children: DescribeAllCstChildren;
}

export type DescribeAllCstChildren = {
  Streams?: IToken[];
  Tables?: IToken[];
  Extended?: IToken[];
};

export interface DescribeFunctionCstNode extends CstNode {
  name: "describeFunction";
  children: DescribeFunctionCstChildren;
}

export type DescribeFunctionCstChildren = {
  Function: IToken[];
  Identifier: IToken[];
};

export interface DescribeConnectorCstNode extends CstNode {
  name: "describeConnector";
  children: DescribeConnectorCstChildren;
}

export type DescribeConnectorCstChildren = {
  Connector: IToken[];
  Identifier: IToken[];
};

export interface DescribeSourceCstNode extends CstNode {
  name: "describeSource";
  children: DescribeSourceCstChildren;
}

export type DescribeSourceCstChildren = {
  Identifier: IToken[];
  Extended?: IToken[];
};

export interface PrintCstNode extends CstNode {
  name: "print";
  children: PrintCstChildren;
}

export type PrintCstChildren = {
  Print: IToken[];
  nameOrString: NameOrStringCstNode[];
  From?: IToken[];
  Beginning?: IToken[];
  Interval?: IToken[];
  Sample?: IToken[];
  interval?: NumberCstNode[];
  Limit?: IToken[];
  limit?: NumberCstNode[];
};

export interface AssertCstNode extends CstNode {
  name: "assert";
  children: AssertCstChildren;
}

export type AssertCstChildren = {
  Assert: IToken[];
  Not?: IToken[];
  Exists?: IToken[];
  assertTopic?: AssertTopicCstNode[];
  assertSchema?: AssertSchemaCstNode[];
  assertSource?: AssertSourceCstNode[];
  assertValues?: AssertValuesCstNode[];
  assertNullValues?: AssertNullValuesCstNode[];
  assertRows?: AssertRowsCstNode[];
  assertError?: AssertErrorCstNode[];
};

export interface AssertTopicCstNode extends CstNode {
  name: "assertTopic";
  children: AssertTopicCstChildren;
}

export type AssertTopicCstChildren = {
  Topic: IToken[];
  nameOrString: NameOrStringCstNode[];
  withClause?: WithClauseCstNode[];
  timeout?: TimeoutCstNode[];
};

export interface AssertSchemaCstNode extends CstNode {
  name: "assertSchema";
  children: AssertSchemaCstChildren;
}

export type AssertSchemaCstChildren = {
  Schema: IToken[];
  Subject?: IToken[];
  nameOrString?: NameOrStringCstNode[];
  Id?: IToken[];
  literal?: LiteralCstNode[];
  timeout?: TimeoutCstNode[];
};

export interface TimeoutCstNode extends CstNode {
  name: "timeout";
  children: TimeoutCstChildren;
}

export type TimeoutCstChildren = {
  Timeout: IToken[];
  duration: DurationCstNode[];
};

export interface AssertSourceCstNode extends CstNode {
  name: "assertSource";
  children: AssertSourceCstChildren;
}

export type AssertSourceCstChildren = {
  sourceKind: SourceKindCstNode[];
  Identifier: IToken[];
  columnDefinitions?: ColumnDefinitionsCstNode[];
  withClause?: WithClauseCstNode[];
};

export interface AssertValuesCstNode extends CstNode {
  name: "assertValues";
  children: AssertValuesCstChildren;
}

export type AssertValuesCstChildren = {
  Values: (IToken)[];
  Identifier: IToken[];
  columnNames?: ColumnNamesCstNode[];
  rowValues: RowValuesCstNode[];
};

export interface AssertNullValuesCstNode extends CstNode {
  name: "assertNullValues";
  children: AssertNullValuesCstChildren;
}

export type AssertNullValuesCstChildren = {
  Null: IToken[];
  Values: IToken[];
  Identifier: IToken[];
  columnNames?: ColumnNamesCstNode[];
  Key: IToken[];
  rowValues: RowValuesCstNode[];
};

export interface AssertRowsCstNode extends CstNode {
  name: "assertRows";
  children: AssertRowsCstChildren;
}

export type AssertRowsCstChildren = {
  No?: IToken[];
  Rows: IToken[];
  Identifier: IToken[];
  columnNames?: ColumnNamesCstNode[];
  Values?: IToken[];
  rowValues?: RowValuesCstNode[];
  Comma?: IToken[];
};

export interface AssertErrorCstNode extends CstNode {
  name: "assertError";
  children: AssertErrorCstChildren;
}

export type AssertErrorCstChildren = {
  Error: IToken[];
  StringValue: IToken[];
};

export interface AdvanceTimeCstNode extends CstNode {
  name: "advanceTime";
  children: AdvanceTimeCstChildren;
}

export type AdvanceTimeCstChildren = {
  Advance: IToken[];
  Time: IToken[];
  By?: IToken[];
  duration?: DurationCstNode[];
  To?: IToken[];
  value?: ValueCstNode[];
};

export interface MockCstNode extends CstNode {
  name: "mock";
  children: MockCstChildren;
}

export type MockCstChildren = {
  Mock: IToken[];
  Identifier: IToken[];
  columnNames?: ColumnNamesCstNode[];
  As?: IToken[];
  Values?: IToken[];
  rowValues?: RowValuesCstNode[];
  Comma?: IToken[];
};

export interface RunScriptCstNode extends CstNode {
  name: "runScript";
  children: RunScriptCstChildren;
}

export type RunScriptCstChildren = {
  Run: IToken[];
  Script: IToken[];
  StringValue: IToken[];
};

export interface SingleStatementCstNode extends CstNode {
  name: "singleStatement";
  children: SingleStatementCstChildren;
}

export type SingleStatementCstChildren = {
  statement: StatementCstNode[];
  Semicolon: IToken[];
};

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  query?: QueryCstNode[];
  create?: CreateCstNode[];
  insert?: InsertCstNode[];
  alter?: AlterCstNode[];
  drop?: DropCstNode[];
  show?: ShowCstNode[];
  describe?: DescribeCstNode[];
  explain?: ExplainCstNode[];
  print?: PrintCstNode[];
  terminate?: TerminateCstNode[];
  pause?: PauseCstNode[];
  resume?: ResumeCstNode[];
  applyVersion?: ApplyVersionCstNode[];
  rollbackVersion?: RollbackVersionCstNode[];
  set?: SetCstNode[];
  unset?: UnsetCstNode[];
  define?: DefineCstNode[];
  undefine?: UndefineCstNode[];
  assert?: AssertCstNode[];
  runScript?: RunScriptCstNode[];
  advanceTime?: AdvanceTimeCstNode[];
  mock?: MockCstNode[];
};

export interface InsertCstNode extends CstNode {
  name: "insert";
  children: InsertCstChildren;
}

export type InsertCstChildren = {
  Insert: IToken[];
  Into: IToken[];
  Identifier: IToken[];
  insertQuery?: InsertQueryCstNode[];
  insertValues?: InsertValuesCstNode[];
};

export interface InsertQueryCstNode extends CstNode {
  name: "insertQuery";
  children: InsertQueryCstChildren;
}

export type InsertQueryCstChildren = {
  withClause?: WithClauseCstNode[];
  query: QueryCstNode[];
};

export interface InsertValuesCstNode extends CstNode {
  name: "insertValues";
  children: InsertValuesCstChildren;
}

export type InsertValuesCstChildren = {
  columnNames?: ColumnNamesCstNode[];
  Values: IToken[];
  rowValues: RowValuesCstNode[];
  Comma?: IToken[];
};

export interface ExplainCstNode extends CstNode {
  name: "explain";
  children: ExplainCstChildren;
}

export type ExplainCstChildren = {
  Explain: IToken[];
  Identifier?: (IToken)[];
  Analyze?: IToken[];
  query?: QueryCstNode[];
  statement?: StatementCstNode[];
};

export interface TerminateCstNode extends CstNode {
  name: "terminate";
  children: TerminateCstChildren;
}

export type TerminateCstChildren = {
  Terminate: IToken[];
  queryIdOrAll: QueryIdOrAllCstNode[];
};

export interface ApplyVersionCstNode extends CstNode {
  name: "applyVersion";
  children: ApplyVersionCstChildren;
}

export type ApplyVersionCstChildren = {
  Apply: IToken[];
  Identifier: IToken[];
};

export interface RollbackVersionCstNode extends CstNode {
  name: "rollbackVersion";
  children: RollbackVersionCstChildren;
}

export type RollbackVersionCstChildren = {
  Rollback: IToken[];
  Identifier: IToken[];
};

export interface PauseCstNode extends CstNode {
  name: "pause";
  children: PauseCstChildren;
}

export type PauseCstChildren = {
  Pause: IToken[];
  connectorName?: ConnectorNameCstNode[];
  queryIdOrAll?: QueryIdOrAllCstNode[];
};

export interface ResumeCstNode extends CstNode {
  name: "resume";
  children: ResumeCstChildren;
}

export type ResumeCstChildren = {
  Resume: IToken[];
  connectorName?: ConnectorNameCstNode[];
  queryIdOrAll?: QueryIdOrAllCstNode[];
};

export interface ConnectorNameCstNode extends CstNode {
  name: "connectorName";
  children: ConnectorNameCstChildren;
}

export type ConnectorNameCstChildren = {
  Connector: IToken[];
  Identifier: IToken[];
};

export interface QueryIdOrAllCstNode extends CstNode {
  name: "queryIdOrAll";
  children: QueryIdOrAllCstChildren;
}

export type QueryIdOrAllCstChildren = {
  All?: IToken[];
  Identifier?: IToken[];
};

export interface SetCstNode extends CstNode {
  name: "set";
  children: SetCstChildren;
}

export type SetCstChildren = {
  Set: IToken[];
  StringValue: (IToken)[];
  Equal: IToken[];
};

export interface UnsetCstNode extends CstNode {
  name: "unset";
  children: UnsetCstChildren;
}

export type UnsetCstChildren = {
  Unset: IToken[];
  StringValue: IToken[];
};

export interface DefineCstNode extends CstNode {
  name: "define";
  children: DefineCstChildren;
}

export type DefineCstChildren = {
  Define: IToken[];
  Identifier: IToken[];
  Equal: IToken[];
  StringValue: IToken[];
};

export interface UndefineCstNode extends CstNode {
  name: "undefine";
  children: UndefineCstChildren;
}

export type UndefineCstChildren = {
  Undefine: IToken[];
  Identifier: IToken[];
};

export interface ICstNodeVisitor<IN, OUT> extends ICstVisitor<IN, OUT> {
  type(children: TypeCstChildren, param?: IN): OUT;
  arrayType(children: ArrayTypeCstChildren, param?: IN): OUT;
  mapType(children: MapTypeCstChildren, param?: IN): OUT;
  structType(children: StructTypeCstChildren, param?: IN): OUT;
  structTypeField(children: StructTypeFieldCstChildren, param?: IN): OUT;
  decimalType(children: DecimalTypeCstChildren, param?: IN): OUT;
  namedType(children: NamedTypeCstChildren, param?: IN): OUT;
  typeParameter(children: TypeParameterCstChildren, param?: IN): OUT;
  over(children: OverCstChildren, param?: IN): OUT;
  sortItems(children: SortItemsCstChildren, param?: IN): OUT;
  sortItem(children: SortItemCstChildren, param?: IN): OUT;
  frame(children: FrameCstChildren, param?: IN): OUT;
  frameBound(children: FrameBoundCstChildren, param?: IN): OUT;
  frameOffset(children: FrameOffsetCstChildren, param?: IN): OUT;
  timeUnit(children: TimeUnitCstChildren, param?: IN): OUT;
  value(children: ValueCstChildren, param?: IN): OUT;
  sum(children: SumCstChildren, param?: IN): OUT;
  product(children: ProductCstChildren, param?: IN): OUT;
  signed(children: SignedCstChildren, param?: IN): OUT;
  access(children: AccessCstChildren, param?: IN): OUT;
  subscript(children: SubscriptCstChildren, param?: IN): OUT;
  dereference(children: DereferenceCstChildren, param?: IN): OUT;
  primary(children: PrimaryCstChildren, param?: IN): OUT;
  exists(children: ExistsCstChildren, param?: IN): OUT;
  parenthesized(children: ParenthesizedCstChildren, param?: IN): OUT;
  literal(children: LiteralCstChildren, param?: IN): OUT;
  number(children: NumberCstChildren, param?: IN): OUT;
  decimalLiteral(children: DecimalLiteralCstChildren, param?: IN): OUT;
  caseExpression(children: CaseExpressionCstChildren, param?: IN): OUT;
  whenClause(children: WhenClauseCstChildren, param?: IN): OUT;
  cast(children: CastCstChildren, param?: IN): OUT;
  arrayConstructor(children: ArrayConstructorCstChildren, param?: IN): OUT;
  mapConstructor(children: MapConstructorCstChildren, param?: IN): OUT;
  mapEntry(children: MapEntryCstChildren, param?: IN): OUT;
  structConstructor(children: StructConstructorCstChildren, param?: IN): OUT;
  structField(children: StructFieldCstChildren, param?: IN): OUT;
  columnReference(children: ColumnReferenceCstChildren, param?: IN): OUT;
  functionCall(children: FunctionCallCstChildren, param?: IN): OUT;
  aggregateFilter(children: AggregateFilterCstChildren, param?: IN): OUT;
  argument(children: ArgumentCstChildren, param?: IN): OUT;
  intervalUnit(children: IntervalUnitCstChildren, param?: IN): OUT;
  lambda(children: LambdaCstChildren, param?: IN): OUT;
  expression(children: ExpressionCstChildren, param?: IN): OUT;
  conjunction(children: ConjunctionCstChildren, param?: IN): OUT;
  negation(children: NegationCstChildren, param?: IN): OUT;
  predicate(children: PredicateCstChildren, param?: IN): OUT;
  comparison(children: ComparisonCstChildren, param?: IN): OUT;
  isTest(children: IsTestCstChildren, param?: IN): OUT;
  between(children: BetweenCstChildren, param?: IN): OUT;
  inList(children: InListCstChildren, param?: IN): OUT;
  like(children: LikeCstChildren, param?: IN): OUT;
  windowClause(children: WindowClauseCstChildren, param?: IN): OUT;
  tumbling(children: TumblingCstChildren, param?: IN): OUT;
  hopping(children: HoppingCstChildren, param?: IN): OUT;
  cumulate(children: CumulateCstChildren, param?: IN): OUT;
  session(children: SessionCstChildren, param?: IN): OUT;
  windowOptions(children: WindowOptionsCstChildren, param?: IN): OUT;
  grace(children: GraceCstChildren, param?: IN): OUT;
  duration(children: DurationCstChildren, param?: IN): OUT;
  query(children: QueryCstChildren, param?: IN): OUT;
  emitFinal(children: EmitFinalCstChildren, param?: IN): OUT;
  commonTables(children: CommonTablesCstChildren, param?: IN): OUT;
  commonTable(children: CommonTableCstChildren, param?: IN): OUT;
  union(children: UnionCstChildren, param?: IN): OUT;
  intersection(children: IntersectionCstChildren, param?: IN): OUT;
  setQuantifier(children: SetQuantifierCstChildren, param?: IN): OUT;
  queryTerm(children: QueryTermCstChildren, param?: IN): OUT;
  subquery(children: SubqueryCstChildren, param?: IN): OUT;
  select(children: SelectCstChildren, param?: IN): OUT;
  selectItem(children: SelectItemCstChildren, param?: IN): OUT;
  structAll(children: StructAllCstChildren, param?: IN): OUT;
  alias(children: AliasCstChildren, param?: IN): OUT;
  relation(children: RelationCstChildren, param?: IN): OUT;
  source(children: SourceCstChildren, param?: IN): OUT;
  join(children: JoinCstChildren, param?: IN): OUT;
  stateTtl(children: StateTtlCstChildren, param?: IN): OUT;
  within(children: WithinCstChildren, param?: IN): OUT;
  grouping(children: GroupingCstChildren, param?: IN): OUT;
  groupingElement(children: GroupingElementCstChildren, param?: IN): OUT;
  groupingSet(children: GroupingSetCstChildren, param?: IN): OUT;
  withClause(children: WithClauseCstChildren, param?: IN): OUT;
  property(children: PropertyCstChildren, param?: IN): OUT;
  nameOrString(children: NameOrStringCstChildren, param?: IN): OUT;
  sourceKind(children: SourceKindCstChildren, param?: IN): OUT;
  ifNotExists(children: IfNotExistsCstChildren, param?: IN): OUT;
  ifExists(children: IfExistsCstChildren, param?: IN): OUT;
  columnDefinitions(children: ColumnDefinitionsCstChildren, param?: IN): OUT;
  columnList(children: ColumnListCstChildren, param?: IN): OUT;
  columnDefinition(children: ColumnDefinitionCstChildren, param?: IN): OUT;
  columnRole(children: ColumnRoleCstChildren, param?: IN): OUT;
  columnNames(children: ColumnNamesCstChildren, param?: IN): OUT;
  rowValues(children: RowValuesCstChildren, param?: IN): OUT;
  create(children: CreateCstChildren, param?: IN): OUT;
  createSource(children: CreateSourceCstChildren, param?: IN): OUT;
  createIndex(children: CreateIndexCstChildren, param?: IN): OUT;
  indexTarget(children: IndexTargetCstChildren, param?: IN): OUT;
  indexColumn(children: IndexColumnCstChildren, param?: IN): OUT;
  createType(children: CreateTypeCstChildren, param?: IN): OUT;
  createFunction(children: CreateFunctionCstChildren, param?: IN): OUT;
  functionParameter(children: FunctionParameterCstChildren, param?: IN): OUT;
  lambdaType(children: LambdaTypeCstChildren, param?: IN): OUT;
  functionResult(children: FunctionResultCstChildren, param?: IN): OUT;
  resultColumns(children: ResultColumnsCstChildren, param?: IN): OUT;
  resultColumn(children: ResultColumnCstChildren, param?: IN): OUT;
  functionOption(children: FunctionOptionCstChildren, param?: IN): OUT;
  createConnector(children: CreateConnectorCstChildren, param?: IN): OUT;
  createSink(children: CreateSinkCstChildren, param?: IN): OUT;
  createFeed(children: CreateFeedCstChildren, param?: IN): OUT;
  createSecret(children: CreateSecretCstChildren, param?: IN): OUT;
  connectorOptions(children: ConnectorOptionsCstChildren, param?: IN): OUT;
  connectorOption(children: ConnectorOptionCstChildren, param?: IN): OUT;
  connectorKind(children: ConnectorKindCstChildren, param?: IN): OUT;
  alter(children: AlterCstChildren, param?: IN): OUT;
  alterSystem(children: AlterSystemCstChildren, param?: IN): OUT;
  alterSource(children: AlterSourceCstChildren, param?: IN): OUT;
  addColumns(children: AddColumnsCstChildren, param?: IN): OUT;
  alterConnector(children: AlterConnectorCstChildren, param?: IN): OUT;
  asQuery(children: AsQueryCstChildren, param?: IN): OUT;
  addColumn(children: AddColumnCstChildren, param?: IN): OUT;
  drop(children: DropCstChildren, param?: IN): OUT;
  dropSource(children: DropSourceCstChildren, param?: IN): OUT;
  dropType(children: DropTypeCstChildren, param?: IN): OUT;
  dropFunction(children: DropFunctionCstChildren, param?: IN): OUT;
  dropIndex(children: DropIndexCstChildren, param?: IN): OUT;
  dropSecret(children: DropSecretCstChildren, param?: IN): OUT;
  dropConnector(children: DropConnectorCstChildren, param?: IN): OUT;
  show(children: ShowCstChildren, param?: IN): OUT;
  showTopics(children: ShowTopicsCstChildren, param?: IN): OUT;
  showExtendable(children: ShowExtendableCstChildren, param?: IN): OUT;
  showConnectors(children: ShowConnectorsCstChildren, param?: IN): OUT;
  showPlugins(children: ShowPluginsCstChildren, param?: IN): OUT;
  describe(children: DescribeCstChildren, param?: IN): OUT;
  describeAll(children: DescribeAllCstChildren, param?: IN): OUT;
  describeFunction(children: DescribeFunctionCstChildren, param?: IN): OUT;
  describeConnector(children: DescribeConnectorCstChildren, param?: IN): OUT;
  describeSource(children: DescribeSourceCstChildren, param?: IN): OUT;
  print(children: PrintCstChildren, param?: IN): OUT;
  assert(children: AssertCstChildren, param?: IN): OUT;
  assertTopic(children: AssertTopicCstChildren, param?: IN): OUT;
  assertSchema(children: AssertSchemaCstChildren, param?: IN): OUT;
  timeout(children: TimeoutCstChildren, param?: IN): OUT;
  assertSource(children: AssertSourceCstChildren, param?: IN): OUT;
  assertValues(children: AssertValuesCstChildren, param?: IN): OUT;
  assertNullValues(children: AssertNullValuesCstChildren, param?: IN): OUT;
  assertRows(children: AssertRowsCstChildren, param?: IN): OUT;
  assertError(children: AssertErrorCstChildren, param?: IN): OUT;
  advanceTime(children: AdvanceTimeCstChildren, param?: IN): OUT;
  mock(children: MockCstChildren, param?: IN): OUT;
  runScript(children: RunScriptCstChildren, param?: IN): OUT;
  singleStatement(children: SingleStatementCstChildren, param?: IN): OUT;
  statement(children: StatementCstChildren, param?: IN): OUT;
  insert(children: InsertCstChildren, param?: IN): OUT;
  insertQuery(children: InsertQueryCstChildren, param?: IN): OUT;
  insertValues(children: InsertValuesCstChildren, param?: IN): OUT;
  explain(children: ExplainCstChildren, param?: IN): OUT;
  terminate(children: TerminateCstChildren, param?: IN): OUT;
  applyVersion(children: ApplyVersionCstChildren, param?: IN): OUT;
  rollbackVersion(children: RollbackVersionCstChildren, param?: IN): OUT;
  pause(children: PauseCstChildren, param?: IN): OUT;
  resume(children: ResumeCstChildren, param?: IN): OUT;
  connectorName(children: ConnectorNameCstChildren, param?: IN): OUT;
  queryIdOrAll(children: QueryIdOrAllCstChildren, param?: IN): OUT;
  set(children: SetCstChildren, param?: IN): OUT;
  unset(children: UnsetCstChildren, param?: IN): OUT;
  define(children: DefineCstChildren, param?: IN): OUT;
  undefine(children: UndefineCstChildren, param?: IN): OUT;
}
