"""Tells the installation of a quantised model where the digits and their pre-processing are."""

QUANTISED = ("dynamic", "int8")


def setup(i):
    """Sets MINIMOBILENET_DIGITS and MINIMOBILENET_PREPROCESS; a model as it was trained needs neither."""
    if i["install_env"].get("ML_MODEL_PRECISION") not in QUANTISED:
        return {"return": 0}
    ck = i["ck_kernel"]
    digits = ck.access({"action": "find", "module_uoa": "dataset", "data_uoa": "digits-8x8"})
    if digits["return"] > 0:
        return digits
    program = ck.access({"action": "find", "module_uoa": "program", "data_uoa": "image-classification-onnx"})
    if program["return"] > 0:
        return program
    return {
        "return": 0,
        "install_env": {"MINIMOBILENET_DIGITS": digits["path"], "MINIMOBILENET_PREPROCESS": program["path"]},
    }
