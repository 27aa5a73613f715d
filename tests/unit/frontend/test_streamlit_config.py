"""What .streamlit/config.toml sets, as far as a mistake there would not be seen at once."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed


@pytest.mark.parametrize("size", [20_000, 20_000_000])
def test_every_message_is_sent_whole_because_the_browser_may_have_dropped_the_one_before(size: int) -> None:
    message = ForwardMsg()
    message.delta.new_element.html.body = "a" * size
    populate_hash_if_needed(message)
    assert message.hash
    assert not message.metadata.cacheable
