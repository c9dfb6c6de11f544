from __future__ import annotations

import pytest

from swirl.job.failure.secrets import without_secrets


@pytest.mark.parametrize(
    "text",
    [
        "cannot connect to postgresql://joe:hunter2@db:5432/x",
        "redis://:hunter2@cache/0 does not answer",
        "jdbc:sqlserver://db;user=joe;password=hunter2;encrypt=true is no URL",
        "could not connect: host=db user=joe password='hunter2 b' dbname=x",
        'ScramLoginModule required username="joe" password="hunter2 b";',
        "403 for https://s3/b/k?X-Amz-Date=1&X-Amz-Signature=hunter2&X-Amz-Expires=5",
        "403 for https://a.blob.core.windows.net/c/b?sv=2024&sig=hunter2%3D",
        "fs.s3a.secret.key=hunter2 is refused",
        "AWS_SECRET_ACCESS_KEY=hunter2 and fs.azure.account.key=hunter2",
        "unknown option in {'user': 'joe', 'password': 'hunter2'}",
        'the body was {"api_key": "hunter2", "n": 1}',
        "401 with Authorization: Bearer hunter2hunter2",
    ],
)
def test_a_secret_is_hidden(text: str) -> None:
    said = without_secrets(text)
    assert "hunter2" not in said
    assert "(hidden)" in said


@pytest.mark.parametrize(
    "text",
    [
        "parameter 'password': got 3, expected a text",
        "column password of table users is not there",
        "FATAL: password authentication failed for user joe at db:5432",
        "[PARSE_SYNTAX_ERROR] Syntax error at or near 'secret'",
        "ValueError at ads/train.py:41: cannot read s3a://models/a@2/part-0.parquet: no rows",
        "the token has 3 parts; caused by KeyError: 'secret'",
        "raise spark.executor.memory, or set spark.sql.autoBroadcastJoinThreshold=-1",
    ],
)
def test_all_else_is_as_it_was(text: str) -> None:
    assert without_secrets(text) == text
