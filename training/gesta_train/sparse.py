"""Blocks of weights that are set to nothing while a network learns on, so that inference skips them.

A block is four inputs by 64 outputs, what one step of the widest kernel multiplies (`gesta-parse/src/simd.rs`, which finds
blocks of zeros by itself). Blocks go by how much of the product they carry: squared weights times the mean square of their
inputs. Once gone they stay gone; what is left learns to do without them."""
import torch

INPUTS, OUTPUTS = 4, 64


class Sparse:
    """`share`: of a network's layers, the part of blocks to go, for the gates' products ("gates") and for "out", and the part of
    training by which they are gone ("over")."""

    def __init__(self, net, share):
        self.groups = [([m for l in net.layers for m in ms(l)], share[k]) for k, ms in (("gates", lambda l: (l.fwd, l.bwd)), ("out", lambda l: (l.out,))) if share.get(k)]
        self.over, self.part = share["over"], 0.0
        self.power, self.masks = {}, {}
        for ms, _ in self.groups:
            for m in ms:
                self.power[m] = torch.zeros(m.in_features)
                self.masks[m] = torch.ones_like(m.weight)
                m.register_forward_hook(self.watch)

    @torch.no_grad()
    def watch(self, m, args, _):
        if m.training:
            x = args[0].float()
            self.power[m] += 0.02 * (x.square().flatten(0, -2).mean(0) - self.power[m])

    @staticmethod
    def blocks(w, power):
        """The share of the product that each block carries, as a matrix of blocks."""
        o = -(-w.shape[0] // OUTPUTS) * OUTPUTS
        e = torch.zeros(o, w.shape[1])
        e[:w.shape[0]] = w.square() * power
        return e.view(o // OUTPUTS, OUTPUTS, -1, INPUTS).sum((1, 3))

    @torch.no_grad()
    def choose(self, part):
        """Lets go of `part` (0 to 1) of what is to go in the end."""
        self.part = part
        for ms, share in self.groups:
            energy = [e / e.sum() for e in (self.blocks(m.weight * self.masks[m], self.power[m]) for m in ms)]
            all_ = torch.cat([e.flatten() for e in energy])
            n = int(len(all_) * share * part)
            if not n:
                continue
            limit = all_.kthvalue(n).values
            for m, e in zip(ms, energy):
                keep = (e > limit).float()
                self.masks[m] = keep.repeat_interleave(OUTPUTS, 0).repeat_interleave(INPUTS, 1)[:m.weight.shape[0]]
        self.apply()

    @torch.no_grad()
    def apply(self):
        for m, k in self.masks.items():
            m.weight *= k

    def step(self, done, step):
        """After each step of training, of which the part `done` is over. Inputs are watched for a while before anything goes;
        then a little goes every 20 steps, quickly at first, until at `over` all has gone."""
        if self.part < 1 and step % 20 == 19 and step > 100:
            self.choose(1 - (1 - min(1.0, done / self.over)) ** 3)
        else:
            self.apply()
