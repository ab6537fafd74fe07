#!/usr/bin/python3
"""Makes the golden files of the models of first order and of those with interactions; see goldens.py.

  LR         w_0 + sum_i w_i x_i.
  FM         LR + sum_{i<j} <e_i, e_j>, pair by pair; Rendle 2010, eq. 1.
  DeepFM     wide + sum_{i<j} <e_i, e_j> + mlp(concat e); Guo et al. 2017, section 3.1.
  DCNv2      x_{l+1} = x_0 * (W_l x_l + b_l) + x_l, low rank W_l = V_l U_l, or the mixture sum_k G_k(x_l) (x_0 * (U_k tanh(C_k tanh(V_k
             x_l)) + b_l)) + x_l expert by expert; [x_L, hidden(x_0)] or hidden(x_L), then a linear output; Wang et al. 2021.
  FinalMLP   x, z = hidden layers over 2 sigmoid(gate) * e, gate = an MLP over the embeddings of some fields or a vector;
             w_x x + w_z z + b + sum_h x_h^T W_h z_h, head by head; Mao et al. 2023, section 3.
  RankMixer  S = LN(mix(X) + X), X' = LN(FFN_t(S) + S), FFN_t = W' gelu(W s + b) + b' for each token; mlp(mean X); Zhu et al. 2025,
             section 3. mix: token h of the result has head h of each token.
"""
import torch
import torch.nn.functional as F

from goldens import MIXED, ONE, PLAIN, field, write
from goldens_attention import More


class Interactions(More):
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

    def hidden(self, name, x, hidden_units):
        for i, n in enumerate(hidden_units):
            x = F.relu(self.linear("%s/%d" % (name, i), x, n))
        return x

    def experts(self, name, x0, x, gates, rank):
        width, count = gates.shape
        v = self.weight(name + "/v/weight", width, count * rank)
        c = self.weight(name + "/c/weight", count * rank, rank)
        u, bias = self.weight(name + "/weight", count * rank, width), self.weight(name + "/bias", 1, width)
        shares, y = torch.softmax(x @ gates, 1), x
        for k in range(count):
            of = slice(k * rank, (k + 1) * rank)
            h = torch.tanh(torch.tanh(x @ v[:, of]) @ c[of])
            y = y + shares[:, k:k + 1] * (x0 * (h @ u[of] + bias))
        return y

    def dcnv2(self, embedding_dim=4, hidden_units=(8, 5), cross_layers=2, cross_rank=0, cross_experts=1, structure="parallel"):
        x0 = self.embed("deep", embedding_dim).flatten(1)
        x, width = x0, x0.shape[1]
        gates = self.weight("cross/gates", width, cross_experts) if cross_experts > 1 else None
        for i in range(cross_layers):
            name = "cross/%d" % i
            if gates is not None:
                x = self.experts(name, x0, x, gates, cross_rank)
                continue
            h = x @ self.weight(name + "/v/weight", width, cross_rank) if cross_rank else x
            x = x0 * self.linear(name, h, width) + x
        if structure == "stacked":
            x = self.hidden("mlp", x, hidden_units)
        elif hidden_units:
            x = torch.cat([x, self.hidden("mlp", x0, hidden_units)], 1)
        return self.linear("out", x, 1)

    def gated(self, name, e, fields, gate_hidden_units):
        flat, dim = e.flatten(1), e.shape[2]
        if fields:
            names = [f["name"] for f in self.fields]
            context = torch.cat([e[:, names.index(f)] for f in fields.split(",")], 1)
        else:
            context = self.weight(name + "/context", 1, dim)
        return 2 * torch.sigmoid(self.mlp(name, context, gate_hidden_units, flat.shape[1])) * flat

    def stream(self, name, x, hidden_units, batch_norm):
        if not batch_norm:
            return self.hidden(name, x, hidden_units)
        for i, n in enumerate(hidden_units):
            layer = "%s/%d" % (name, i)
            x = F.relu(self.normalize(layer + "/norm", self.linear(layer, x, n)))
        return x

    def finalmlp(self, embedding_dim=4, hidden_units=(8, 6), second_hidden_units=(5, 4), gate_hidden_units=(7,), batch_norm=False,
                 first_gate_fields="", second_gate_fields="", heads=2):
        e = self.embed("deep", embedding_dim)
        x = self.stream("stream/0", self.gated("gate/0", e, first_gate_fields, gate_hidden_units), hidden_units, batch_norm)
        z = self.stream("stream/1", self.gated("gate/1", e, second_gate_fields, gate_hidden_units), second_hidden_units, batch_norm)
        n, k = x.shape[1] // heads, z.shape[1] // heads
        w = self.weight("fusion/weight", x.shape[1], k)
        y = self.linear("fusion/x", x, 1) + z @ self.weight("fusion/y/weight", z.shape[1], 1)
        for h in range(heads):
            y = y + torch.einsum("bi,ij,bj->b", x[:, h * n:(h + 1) * n], w[h * n:(h + 1) * n], z[:, h * k:(h + 1) * k])[:, None]
        return y

    def grouped(self, name, x, units):
        tokens, n = x.shape[1:]
        w, bias = self.weight(name + "/weight", tokens * n, units), self.weight(name + "/bias", 1, tokens * units)
        return torch.stack([x[:, t] @ w[t * n:(t + 1) * n] + bias[0, t * units:(t + 1) * units] for t in range(tokens)], 1)

    def rankmixer(self, embedding_dim=4, hidden_units=(8,), layers=2, tokens=2, token_dim=6, expansion=2):
        e = self.embed("deep", embedding_dim)
        at = [i * e.shape[1] // tokens for i in range(tokens + 1)]
        x = torch.stack([self.linear("token/%d" % i, e[:, at[i]:at[i + 1]].flatten(1), token_dim) for i in range(tokens)], 1)
        part = token_dim // tokens
        for i in range(layers):
            name = "block/%d" % i
            mixed = torch.stack([torch.cat([x[:, t, h * part:(h + 1) * part] for t in range(tokens)], 1) for h in range(tokens)], 1)
            s = self.layer_norm(name + "/mix", mixed + x)
            x = self.layer_norm(name + "/norm", self.grouped(name + "/1", F.gelu(self.grouped(name + "/0", s, expansion * token_dim)), token_dim) + s)
        return self.mlp("mlp", x.mean(1), hidden_units)


CASES = [
    ("lr_mixed", "lr", MIXED, 6, {}), ("lr_one", "lr", ONE, 1, {}),
    ("fm_mixed", "fm", MIXED, 6, {}), ("fm_one", "fm", ONE, 1, {}), ("fm_17", "fm", PLAIN, 35, dict(embedding_dim=17)),
    ("deepfm_mixed", "deepfm", MIXED, 5, {}), ("deepfm_33", "deepfm", PLAIN, 3, dict(embedding_dim=33, hidden_units=(17, 3))),
    ("dcnv2_mixed", "dcnv2", MIXED, 5, {}), ("dcnv2_stacked", "dcnv2", PLAIN, 4, dict(embedding_dim=3, structure="stacked")),
    ("dcnv2_low_rank", "dcnv2", PLAIN, 3, dict(cross_rank=5)), ("dcnv2_cross_only", "dcnv2", ONE, 1, dict(hidden_units=())),
    ("dcnv2_experts", "dcnv2", MIXED, 35, dict(cross_rank=3, cross_experts=3)),
    ("dcnv2_256", "dcnv2", [field("a", 3), field("b", 2)], 2, dict(embedding_dim=128, cross_rank=2, cross_layers=1, hidden_units=(3,))),
    ("finalmlp_mixed", "finalmlp", MIXED, 5, dict(second_gate_fields="user,history")),
    ("finalmlp_fields", "finalmlp", PLAIN, 35, dict(embedding_dim=3, first_gate_fields="f2", gate_hidden_units=(), heads=1,
                                                    hidden_units=(17,), second_hidden_units=(16, 3))),
    ("finalmlp_one", "finalmlp", ONE, 1, {}),
    ("finalmlp_norm", "finalmlp", PLAIN, 6, dict(batch_norm=True)),
    ("rankmixer_mixed", "rankmixer", MIXED, 5, dict(tokens=4, token_dim=8)), ("rankmixer_one", "rankmixer", ONE, 1, dict(tokens=1)),
    ("rankmixer_17", "rankmixer", PLAIN, 3, dict(token_dim=34, tokens=2, expansion=1)),
]

if __name__ == "__main__":
    write(Interactions, CASES, 100)
