from evaldesk.domain.wording import counted


def test_one_is_singular_and_everything_else_is_plural():
    assert counted(1, "%1 scenario is", "%1 scenarios are") == "1 scenario is"
    assert counted(0, "%1 scenario is", "%1 scenarios are") == "0 scenarios are"
    assert counted(1204, "%1 scenario is", "%1 scenarios are") == "1,204 scenarios are"


def test_a_sentence_may_speak_of_what_was_counted_twice():
    assert counted(1, "%1 was taken; it is kept", "%1 were taken; they are kept").endswith("kept")
