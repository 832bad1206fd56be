#!/bin/bash
# Copies the model of the chosen variation into the folder of the installation.

model="${ORIGINAL_PACKAGE_DIR}/models/minimobilenet-${ML_MODEL_MULTIPLIER}-${ML_MODEL_RESOLUTION}.onnx"

if [ ! -f "${model}" ]; then
  echo "MiniMobileNet with multiplier ${ML_MODEL_MULTIPLIER} at ${ML_MODEL_RESOLUTION} pixels is not shipped;" \
    "there is: $(cd "${ORIGINAL_PACKAGE_DIR}/models" && echo *.onnx)" >&2
  exit 1
fi

cp "${model}" "${INSTALL_DIR}/model.onnx" || exit 1
echo "Installed $(basename "${model}") as ${INSTALL_DIR}/model.onnx"
exit 0
