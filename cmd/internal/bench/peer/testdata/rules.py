"""Update rules that PyTorch does not have."""
import torch


class AlgorithmOne:
    """Algorithm 1 of the paper, line by line, over all rows of its weights. A dense weight has a gradient for every row."""

    def __init__(self, tables, lr, alpha=1e-4, beta1=.9, beta2=.999, eps=1e-8):
        self.lr, self.alpha, self.beta1, self.beta2, self.eps, self.k = lr, alpha, beta1, beta2, eps, 0
        self.states = [(p, torch.zeros_like(p), torch.zeros_like(p), torch.zeros(len(p), 1)) for p in tables]

    def zero_grad(self, set_to_none):
        for p, *_ in self.states:
            p.grad = None

    @torch.no_grad()
    def step(self):
        self.k += 1
        for p, m, v, last in self.states:
            grad = p.grad.to_dense()
            m.mul_(self.beta1).add_(grad, alpha=1 - self.beta1)
            v.mul_(self.beta2).addcmul_(grad, grad, value=1 - self.beta2)
            decay = ((self.k - last - 1) * self.alpha).clamp_(max=1)
            last[p.grad.coalesce().indices()[0] if p.grad.is_sparse else slice(None)] = self.k
            p.mul_(1 - decay)
            root = (v / (1 - self.beta2 ** self.k)).add_(self.eps).sqrt_()
            p.addcdiv_(m, root, value=-self.lr / (1 - self.beta1 ** self.k))
