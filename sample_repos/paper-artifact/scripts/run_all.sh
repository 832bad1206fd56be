#!/bin/bash
# Runs both experiments, draws Figure 1 and checks the claims. Writes into output/.
set -e
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
mkdir -p output

echo "Experiment 1: order of the queries (Table 1)"
$PYTHON scripts/measure_order.py output
echo "Experiment 2: sorting first (Table 2)"
$PYTHON scripts/measure_sorting.py output
$PYTHON scripts/plot_figure1.py output
$PYTHON scripts/summarise.py output
