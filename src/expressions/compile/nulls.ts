/**
 * Errors about NULL operands. There is one object for each: they may be raised for every record, and a stack trace would cost more than the record and
 * say nothing about the data.
 */

const withoutStack = (message: string): Error => {
  const error = new Error(message)
  delete error.stack
  return error
}

const OPERAND = withoutStack('A NULL operand of an arithmetic expression')
const TEXT = withoutStack('A NULL operand of LIKE')
const SUBSCRIPT = withoutStack('A NULL subscript of an ARRAY')

export function nullOperand(): never {
  throw OPERAND
}

export function nullText(): never {
  throw TEXT
}

export function nullSubscript(): never {
  throw SUBSCRIPT
}
