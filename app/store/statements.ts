/** Statements of one connection, each prepared once. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Gives the statement of a text: the same text, the same statement. */
export function statementsOf(db: DatabaseSync): (sql: string) => StatementSync {
  const known = new Map<string, StatementSync>();
  return (sql) => {
    let statement = known.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      known.set(sql, statement);
    }
    return statement;
  };
}
