"""Tells programs where an installed ONNX model is and, if its package says so, of which variation it is."""

import os


def setup(i):
    """Sets CK_ENV_ONNX_MODEL_ONNX_FILEPATH, and passes on every ML_MODEL_ variable of the package."""
    customize, env = i["customize"], i["env"]
    model = customize["full_path"]
    prefix = customize["env_prefix"]
    env[prefix] = os.path.dirname(model)
    env[prefix + "_ROOT"] = os.path.dirname(model)
    env[prefix + "_ONNX_FILEPATH"] = model
    for name, value in customize.get("install_env", {}).items():
        if name.startswith("ML_MODEL_"):
            env[name] = value
    return {"return": 0, "bat": ""}
