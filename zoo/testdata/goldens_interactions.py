#!/usr/bin/python3
"""Makes the golden files of the models of first order and of those with interactions; see goldens.py.

  LR         w_0 + sum_i w_i x_i.
  FM         LR + sum_{i<j} <e_i, e_j>, pair by pair; Rendle 2010, eq. 1.
  DeepFM     wide + sum_{i<j} <e_i, e_j> + mlp(concat e); Guo et al. 2017, section 3.1.
"""
import torch

from goldens import MIXED, ONE, PLAIN, Model, write


class Interactions(Model):
    def lr(self):
        return self.wide() + self.weight("lr/bias", 1, 1)

    def pairs(self, e):
        n = e.shape[1]
        return sum(((e[:, i] * e[:, j]).sum(1, keepdim=True) for i in range(n) for j in range(i + 1, n)), torch.zeros(len(e), 1))

    def fm(self, embedding_dim=4):
        return self.lr() + self.pairs(self.embed("deep", embedding_dim))

    def deepfm(self, embedding_dim=4, hidden_units=(8, 5)):
        e = self.embed("deep", embedding_dim)
        return self.wide() + self.pairs(e) + self.mlp("mlp", e.flatten(1), hidden_units)


CASES = [
    ("lr_mixed", "lr", MIXED, 6, {}), ("lr_one", "lr", ONE, 1, {}),
    ("fm_mixed", "fm", MIXED, 6, {}), ("fm_one", "fm", ONE, 1, {}), ("fm_17", "fm", PLAIN, 35, dict(embedding_dim=17)),
    ("deepfm_mixed", "deepfm", MIXED, 5, {}), ("deepfm_33", "deepfm", PLAIN, 3, dict(embedding_dim=33, hidden_units=(17, 3))),
]

if __name__ == "__main__":
    write(Interactions, CASES, 100)
