"""Where a training runs, by lightning_fabric."""

from __future__ import annotations

import logging

import torch
from lightning_fabric import Fabric


def make_fabric(precision: str, device: str = "auto", devices: int = 1) -> Fabric:
    """Fabric on CUDA where there is some ('auto'), else on the CPU; ``precision`` is 'bf16' (mixed) or '32'.

    ``devices`` beyond one share every batch, each as a process of its own (distributed data parallel). That is tested
    with two processes on a CPU and has not been run on several GPUs.
    """
    # What precision runs is in the card; Fabric need not say it between the progress lines.
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    # Asked for 'auto', Fabric takes its mixed precision for CUDA's even where it then runs on the CPU.
    accelerator = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    fabric = Fabric(
        accelerator=accelerator,
        devices=devices,
        strategy="ddp_find_unused_parameters_true" if devices > 1 else "auto",
        precision="bf16-mixed" if precision == "bf16" else "32-true",
    )
    fabric.launch()
    return fabric
