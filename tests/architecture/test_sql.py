"""The statements as a SQL parser sees them: they carry to another dialect and hold no division."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from jamlik.engine.steps import Column, base_cells_step, merged_cells_step

KEYS = (Column("period"), Column('kön "juridiskt"'))
OUTCOMES = (Column("behörig"), Column("poäng"))
STEPS = [
    base_cells_step(source='"rows"', keys=KEYS, outcomes=OUTCOMES),
    base_cells_step(source='"rows"', keys=KEYS, outcomes=OUTCOMES, weight=Column("vikt"), squared=frozenset({"poäng"})),
    merged_cells_step(keys=KEYS, measures=(Column("behörig|n"), Column("behörig|total"))),
]
INFERRING = (exp.Div, exp.Avg, exp.Ln, exp.Log, exp.Exp, exp.Sqrt, exp.Stddev, exp.Variance, exp.Quantile)

every_step = pytest.mark.parametrize("step", STEPS, ids=["persons", "weighted", "merged"])


@every_step
def test_statement_is_one_select_that_counts_and_sums_only(step):
    statements = sqlglot.parse(step.sql, read="duckdb")
    assert len(statements) == 1
    assert isinstance(statements[0], exp.Select)
    assert not list(statements[0].find_all(*INFERRING))


@every_step
def test_statement_carries_to_spark_with_the_same_columns(step):
    spark = sqlglot.transpile(step.sql, read="duckdb", write="spark")[0]
    columns = [column.alias_or_name for column in sqlglot.parse_one(step.sql, read="duckdb").selects]
    assert [column.alias_or_name for column in sqlglot.parse_one(spark, read="spark").selects] == columns


def test_column_with_quotes_in_its_name_stays_a_name():
    hostile = Column('x" from t; drop table t; --')
    statement = sqlglot.parse(f"select {hostile.quoted} from t", read="duckdb")
    assert len(statement) == 1
    assert statement[0].selects[0].name == hostile.name
