from __future__ import annotations

import pytest

from swirl.store.trouble import is_absence, sentence


def answer(code: str, message: str = "", status: int = 403, host: str = "http://s3:9000") -> str:
    return (
        f"Generic S3 error: Error performing PUT {host}/models/x in 1ms - Server returned non-2xx "
        f'status code: {status} Forbidden: <?xml version="1.0"?>\n<Error><Code>{code}</Code>'
        f"<Message>{message}</Message></Error>\n\nDebug source:\nGeneric {{"
    )


def connection(said: str) -> str:
    return (
        "Generic S3 error: Error performing PUT http://s3:9000/models/x in 1ms, after 3 retries, "
        "max_retries: 3, retry_timeout: 5s  - HTTP error: error sending request\n\n"
        f"Debug source:\nGeneric {{\n inner: Http({said})"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (answer("NoSuchBucket", status=404), "there is no such bucket; create it, or correct art"),
        (answer("AccessDenied"), "access is denied; allow these credentials to get, put, list and"),
        (answer("SlowDown", "Reduce your rate.", 503), "it answers SlowDown: Reduce your rate"),
        (
            connection("error: ConnectionRefused"),
            "nothing listens there; correct its address",
        ),
        (connection("UnknownIssuer"), "its certificate is signed by an unknown authority; give"),
        (connection("something new"), "HTTP error: error sending request"),
    ],
)
def test_one_sentence_names_the_bucket_the_endpoint_and_why(text: str, expected: str) -> None:
    said = sentence("s3://models", text)
    assert said.startswith(
        f"the artifact store s3://models at http://s3:9000 cannot be used: {expected}"
    )
    assert "\n" not in said


def test_an_answer_without_a_text_is_known_by_its_number() -> None:
    text = "Error performing HEAD https://s3/m/x in 1ms - Server returned non-2xx status code: 500"
    assert sentence("s3://m", text).endswith("it answers 500; see its own log")
    assert "access is denied" in sentence("s3://m", text.replace("500", "403"))


def test_who_asks_the_clouds_metadata_in_vain_has_no_credentials() -> None:
    text = connection("ConnectionRefused").replace("http://s3:9000", "http://169.254.169.254")
    said = sentence("s3://models", text)
    assert "it was given no credentials; name a Secret" in said
    assert "169" not in said


def test_only_a_files_absence_is_an_absence() -> None:
    assert is_absence("Object at location x not found: status code: 404 Not Found: ")
    assert is_absence(answer("NoSuchKey", status=404))
    assert not is_absence(answer("NoSuchBucket", status=404))
    assert not is_absence(answer("XAdminUserNotFound", status=404))
