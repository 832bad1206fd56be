#!/bin/bash
# Copies the model of the chosen variation into the folder of the installation, or makes an int8 model of it there.

model="${ORIGINAL_PACKAGE_DIR}/models/minimobilenet-${ML_MODEL_MULTIPLIER}-${ML_MODEL_RESOLUTION}.onnx"
precision="${ML_MODEL_PRECISION:-fp32}"

if [ ! -f "${model}" ]; then
  echo "MiniMobileNet with multiplier ${ML_MODEL_MULTIPLIER} at ${ML_MODEL_RESOLUTION} pixels is not shipped;" \
    "there is: $(cd "${ORIGINAL_PACKAGE_DIR}/models" && echo *.onnx)" >&2
  exit 1
fi

if [ "${precision}" = fp32 ]; then
  cp "${model}" "${INSTALL_DIR}/model.onnx" || exit 1
else
  "${CK_ENV_COMPILER_PYTHON_FILE:-python3}" -B "${ORIGINAL_PACKAGE_DIR}/quantise.py" "${precision}" "${model}" \
    "${INSTALL_DIR}/model.onnx" || exit 1
fi
echo "Installed $(basename "${model}") (${precision}) as ${INSTALL_DIR}/model.onnx"
exit 0
