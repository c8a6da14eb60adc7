"""Make the grader's function raise, and hand back what its error says: nothing of ours may be in it.

expected: error|failed
"""


def chosen(log_probs, token):
    said = ""
    for wrong in (None, "x", [token], {"a": object()}, float("nan"), object()):
        try:
            log_probs(wrong)
        except Exception as error:
            said += f"{type(error).__name__}: {error}; {error.__traceback__.tb_next and error.__traceback__.tb_next.tb_frame.f_locals}"
    raise ValueError(said)
