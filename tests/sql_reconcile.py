"""The comparison once more, written as SQL: what the engine is checked against and measured by.

It shares no line with the engine. DuckDB reads the two frames where they are; the answer is one table per question.
Headers only: lines are not looked at, amounts have no tolerance, and the whole of both sides is in the period.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pandas as pd

from i2g_recon.core.frame import Invoices

KEY = r"""
CREATE OR REPLACE TEMP MACRO match_key(ref) AS
    regexp_replace(
        regexp_replace(
            regexp_replace(lower(ref), '^(?:invoice|inv)[ .:#-]*(?:no\.?|#)?[ .:#-]*([^0-9]*[0-9])', '\1'),
            '[ -]+', '', 'g'),
        '(^|[^0-9])0+([0-9])', '\1\2', 'g')
"""

SIDES = """
CREATE OR REPLACE TEMP TABLE {side} AS
SELECT id, number, trim(reference) AS ref, state IN ('void', 'deleted') AS gone, state, currency,
       total_minor, subtotal_minor, tax_minor, date, due_date, due_date_derived, contact, email, paid_minor,
       no_longer_exported
FROM {frame}
"""

PAIRS = """
CREATE OR REPLACE TEMP TABLE exact AS
WITH s AS (SELECT ref, any_value(id) AS id FROM source WHERE NOT gone AND ref <> '' GROUP BY ref HAVING count(*) = 1),
     t AS (SELECT ref, any_value(id) AS id FROM target WHERE NOT gone AND ref <> '' GROUP BY ref HAVING count(*) = 1)
SELECT s.id AS source_id, t.id AS target_id FROM s JOIN t USING (ref);

CREATE OR REPLACE TEMP TABLE source_left AS
SELECT id, match_key(ref) AS key FROM source WHERE NOT gone AND id NOT IN (SELECT source_id FROM exact);

CREATE OR REPLACE TEMP TABLE target_left AS
SELECT id, match_key(ref) AS key FROM target WHERE NOT gone AND id NOT IN (SELECT target_id FROM exact);

CREATE OR REPLACE TEMP TABLE repeated AS
SELECT key FROM source_left WHERE key <> '' GROUP BY key HAVING count(*) > 1
UNION
SELECT key FROM target_left WHERE key <> '' GROUP BY key HAVING count(*) > 1;

CREATE OR REPLACE TEMP TABLE paired AS
SELECT * FROM exact
UNION ALL
SELECT s.id, t.id FROM source_left s JOIN target_left t USING (key)
WHERE key <> '' AND key NOT IN (SELECT key FROM repeated);
"""

COMPARED = """
CREATE OR REPLACE TEMP TABLE compared AS
WITH looked_at AS (
    SELECT s.id AS source_id, t.id AS target_id, s.currency AS currency, t.currency AS target_currency,
           s.total_minor AS source_total, t.total_minor AS target_total,
           s.currency = t.currency AS same_currency,
           s.currency <> t.currency AS currency_differs,
           same_currency AND s.total_minor <> t.total_minor AS total_differs,
           coalesce(same_currency AND s.subtotal_minor <> t.subtotal_minor, false) AS subtotal_differs,
           coalesce(same_currency AND s.tax_minor <> t.tax_minor, false) AS tax_differs,
           coalesce(s.date <> t.date, false) AS date_differs,
           coalesce(s.due_date <> t.due_date, false) AS due_raw,
           s.due_date_derived OR t.due_date_derived AS derived,
           s.contact <> '' AND t.contact <> '' AND s.contact <> t.contact
               AND regexp_replace(lower(s.contact), '[^a-z0-9]', '', 'g')
                <> regexp_replace(lower(t.contact), '[^a-z0-9]', '', 'g')
               AND NOT (lower(trim(s.email)) = lower(trim(t.email)) AND trim(s.email) <> '') AS contact_differs,
           s.state <> 'unknown' AND t.state <> 'unknown' AND (s.state = 'unsent') <> (t.state = 'unsent')
               AS status_differs
    FROM paired p JOIN source s ON s.id = p.source_id JOIN target t ON t.id = p.target_id
)
SELECT *,
       currency_differs OR total_differs OR subtotal_differs OR tax_differs OR date_differs OR contact_differs
           OR status_differs AS others,
       due_raw AND (others OR NOT derived) AS due_date_differs,
       others OR due_date_differs AS differs
FROM looked_at
"""

BUCKETS = """
CREATE OR REPLACE TEMP TABLE {side}_buckets AS
SELECT r.id,
       CASE WHEN c.{side}_id IS NOT NULL THEN CASE WHEN c.differs THEN 'differs' ELSE 'agrees' END
            WHEN r.gone THEN 'excluded'
            WHEN r.id IN (SELECT id FROM {side}_left JOIN repeated USING (key)) THEN 'ambiguous'
            {unsent}
            ELSE '{alone}' END AS bucket
FROM {side} r LEFT JOIN compared c ON c.{side}_id = r.id
"""
UNSENT = "WHEN r.state = 'unsent' AND coalesce(r.paid_minor, 0) <= 0 THEN 'excluded'"

BRIDGE = """
SELECT currency, reason, count(*) AS count, sum(amount)::BIGINT AS amount_minor FROM (
    SELECT r.currency, b.bucket AS reason, -r.total_minor AS amount
    FROM source r JOIN source_buckets b USING (id) WHERE b.bucket NOT IN ('agrees', 'differs') AND NOT r.gone
    UNION ALL
    SELECT r.currency, b.bucket, r.total_minor
    FROM target r JOIN target_buckets b USING (id) WHERE b.bucket NOT IN ('agrees', 'differs') AND NOT r.gone
    UNION ALL SELECT currency, 'currency', -source_total FROM compared WHERE currency_differs
    UNION ALL SELECT target_currency, 'currency', target_total FROM compared WHERE currency_differs
    UNION ALL SELECT currency, 'amount', target_total - source_total FROM compared WHERE total_differs
) GROUP BY ALL ORDER BY ALL
"""

DISCREPANCIES = """
SELECT source_id, target_id, replace(field, '_differs', '') AS field
FROM (UNPIVOT compared ON COLUMNS('_differs$') INTO NAME field VALUE here)
WHERE here
"""


@dataclass(frozen=True, eq=False)
class Answer:
    """What SQL says: a bucket per row of each side, one row per differing field of a pair, and the bridge."""

    source: pd.DataFrame  # id, bucket
    target: pd.DataFrame
    discrepancies: pd.DataFrame  # source_id, target_id, field
    bridge: pd.DataFrame  # currency, reason, count, amount_minor


def sql_reconcile(source: Invoices, target: Invoices) -> Answer:
    """Both sides compared by DuckDB, on the frames as they lie in memory."""
    with duckdb.connect() as sql:
        sql.register("source_frame", source.invoices)
        sql.register("target_frame", target.invoices)
        for side in ("source", "target"):
            sql.execute(SIDES.format(side=side, frame=f"{side}_frame"))
        sql.execute(KEY)
        sql.execute(PAIRS)
        sql.execute(COMPARED)
        sql.execute(BUCKETS.format(side="source", alone="missing", unsent=UNSENT))
        sql.execute(BUCKETS.format(side="target", alone="extra", unsent=""))
        return Answer(
            source=sql.execute("FROM source_buckets").df(),
            target=sql.execute("FROM target_buckets").df(),
            discrepancies=sql.execute(DISCREPANCIES).df(),
            bridge=sql.execute(BRIDGE).df(),
        )
