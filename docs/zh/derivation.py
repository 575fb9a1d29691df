"""The derivation in Chinese: the page in English, each paragraph translated, its formulas as they are.

    python docs/zh/derivation.py

writes derivation.md beside this file. A paragraph that has no translation is an error.
"""

import re
from pathlib import Path

HERE = Path(__file__).parent
ENGLISH = HERE.parent / "derivation.md"

TRANSLATED = {
    r"<!-- Written by `python -m spec prove`. Edit the theorems, not this page. -->": (
        r"<!-- Written by `python docs/zh/derivation.py`. Edit the "
        r"translations, not this page. -->"
    ),
    r"# The derivation": r"# 推导",
    (
        r"From the six equations to the gradients, for a batch of any size. Each line is an equation "
        r"that two programs have checked ([how](proofs/index.md)); the reasons stand beside them. "
        r"Here $\mu$ is the mean (9.38), $\sigma^2$ is the variance (9.39), $r = 1/\sqrt{\sigma^2 + "
        r"\epsilon}$, $\hat{x}$ is the standardised input (9.40) and $y$ is the output (9.41). "
        r"$\mathrm{d}y$, $\mathrm{d}x$, $\mathrm{d}\gamma$ and $\mathrm{d}\beta$ are gradients and no "
        r"differentials: the derivatives of a loss $L$ by $y$, $x$, $\gamma$ and $\beta$. "
        r"$\mathrm{D}_u$ is the derivative in the direction $u$: by $t$, at $t = 0$, when $x$ becomes "
        r"$x + t u$."
    ): (
        r"从六个公式到梯度，对任意大小的批。每一行都是一个等式，由两个程序检查过（[怎样检查](proofs/index.md)）"
        r"，理由写在它旁边。其中 "
        r"$\mu$ 是均值 (9.38)，$\sigma^2$ 是方差 (9.39)，$r = "
        r"1/\sqrt{\sigma^2 + \epsilon}$，$\hat{x}$ 是标准化之后的输入 "
        r"(9.40)，$y$ 是输出 "
        r"(9.41)。$\mathrm{d}y$、$\mathrm{d}x$、$\mathrm{d}\gamma$、"
        r"$\mathrm{d}\beta$ "
        r"是梯度而不是微分：损失 $L$ 对 $y$、$x$、$\gamma$、$\beta$ "
        r"的导数。$\mathrm{D}_u$ 是沿方向 $u$ 的导数：把 $x$ 换成 $x + t u$，在 $t = "
        r"0$ 处对 $t$ 求导。"
    ),
    r"## The equations": r"## 公式",
    (
        r"Of one channel (one neuron of the source) over a batch of $m$ elements: (9.36) and (9.37) "
        r"are what is to be done, (9.38) to (9.41) how, with an $\epsilon$ that keeps the root away "
        r"from 0."
    ): (
        r"对一个通道（原文中的一个神经元）和一批 $m$ 个元素：(9.36) 和 (9.37) 说要做什么，(9.38) 到 "
        r"(9.41) 说怎么做，其中的 $\epsilon$ 使根号离开 0。"
    ),
    r"## The gradients of training mode": r"## 训练模式的梯度",
    (
        r"In training mode the mean and the variance are computed from the batch itself, so every "
        r"$y_i$ depends on every $x_k$: directly, through the mean, and through the variance. For a "
        r"loss $L$ whose derivatives by the outputs are $\mathrm{d}y_i$, the derivatives by the "
        r"inputs and by the two parameters are these."
    ): (
        r"在训练模式中，均值和方差由这一批自己算出，所以每个 $y_i$ 都依赖于每个 "
        r"$x_k$：直接地，通过均值，以及通过方差。设损失 $L$ 对输出的导数为 "
        r"$\mathrm{d}y_i$，则它对输入和两个参数的导数如下。"
    ),
    r"The mean (9.38) is linear: it moves by the mean of the movement.": r"均值 (9.38) 是线性的：它的变化是各元素变化的平均。",
    (
        r"The variance (9.39). The movement of the mean inside the square contributes nothing, "
        r"because the deviations from the mean sum to 0."
    ): (r"方差 (9.39)。平方里面均值的变化没有贡献，因为离差之和为 0。"),
    (
        r"The chain rule on $r = (\sigma^2 + \epsilon)^{-1/2}$, whose derivative by $\sigma^2$ is "
        r"$-r^3/2$."
    ): (
        r"对 $r = (\sigma^2 + \epsilon)^{-1/2}$ 用链式法则，它对 $\sigma^2$ "
        r"的导数是 $-r^3/2$。"
    ),
    (
        r"The product rule on (9.40), $\hat{x}_k = (x_k - \mu) r$; and $(x_k - \mu) r^3 (x_i - \mu) = "
        r"r \hat{x}_k \hat{x}_i$."
    ): (
        r"对 (9.40)，即 $\hat{x}_k = (x_k - \mu) r$，用乘积法则；并且 $(x_k - "
        r"\mu) r^3 (x_i - \mu) = r \hat{x}_k \hat{x}_i$。"
    ),
    (
        r"The output (9.41) moves by $\gamma$ times that, and the loss by the sum of $\mathrm{d}y_i$ "
        r"times the movement of $y_i$."
    ): (
        r"输出 (9.41) 的变化是它的 $\gamma$ 倍，损失的变化是 $\mathrm{d}y_i$ 乘以 $y_i$ "
        r"的变化之和。"
    ),
    r"What stands beside $u_k$ in the movement of the loss is the derivative by $x_k$.": (
        r"损失的变化中 $u_k$ 的系数就是对 $x_k$ 的导数。"
    ),
    r"The output (9.41) is linear in $\gamma$, and $\hat{x}$ does not depend on it.": (
        r"输出 (9.41) 对 $\gamma$ 是线性的，而 $\hat{x}$ 不依赖于 $\gamma$。"
    ),
    r"The output (9.41) moves with $\beta$, element by element.": r"输出 (9.41) 的每个元素都随 $\beta$ 一起变化。",
    (
        r"Three terms reach $x_k$: its own $\mathrm{d}y_k$, less the mean of all of them (this came "
        r"through the mean), less $\hat{x}_k$ times the mean of $\mathrm{d}y \hat{x}$ (this came "
        r"through the variance). An implementation that forgets that the statistics depend on the "
        r"batch keeps the first term alone."
    ): (
        r"有三项到达 $x_k$：它自己的 $\mathrm{d}y_k$，减去所有 $\mathrm{d}y$ "
        r"的平均（来自均值），再减去 $\hat{x}_k$ 乘以 $\mathrm{d}y \hat{x}$ "
        r"的平均（来自方差）。忘记统计量依赖于这一批的实现，只保留了第一项。"
    ),
    r"## The gradient of training mode, node by node": r"## 训练模式的梯度，逐个节点",
    (
        r"The same gradient, in the way in which programs and the original paper obtain it: along the "
        r"graph from $y$ back to $x$, each node differentiated by its own inputs and no others. What "
        r"a derivative holds fixed is written beside its bar. This derivation shares no step with the "
        r"one along a direction; both arrive at the same closed form."
    ): (
        r"同样的梯度，用程序和原论文的办法得到：沿着计算图从 $y$ 回到 "
        r"$x$，每个节点只对它自己的输入求导。求导时固定的量写在竖线旁边。这个推导与沿一个方向的推导没有一步相同，"
        r"两者得到同样的闭式。"
    ),
    r"(9.41): the loss by the standardised input.": r"(9.41)：损失对标准化之后的输入的导数。",
    (
        r"(9.40), by the variance: $\partial \hat{x}_i/\partial \sigma^2 = -\frac{1}{2} (x_i - \mu) "
        r"r^3$."
    ): (
        r"(9.40) 对方差：$\partial \hat{x}_i/\partial \sigma^2 = "
        r"-\frac{1}{2} (x_i - \mu) r^3$。"
    ),
    r"(9.40), by the mean, the variance held: $\partial \hat{x}_i/\partial \mu = -r$.": (
        r"(9.40) 对均值，方差固定：$\partial \hat{x}_i/\partial \mu = -r$。"
    ),
    (
        r"(9.39), by the mean: $-\frac{2}{m} \sum (x_i - \mu)$, which is identically 0. Texts carry "
        r"this term along."
    ): (
        r"(9.39) 对均值：$-\frac{2}{m} \sum (x_i - \mu)$，它恒等于 "
        r"0。许多教材一直带着这一项。"
    ),
    r"(9.38), by an element.": r"(9.38) 对一个元素。",
    r"(9.39), by an element, the mean held.": r"(9.39) 对一个元素，均值固定。",
    r"(9.40), by an element, mean and variance held.": r"(9.40) 对一个元素，均值和方差固定。",
    r"The chain rule adds the three paths from the loss to an element.": r"链式法则把从损失到一个元素的三条路径相加。",
    r"Collected, this is the closed form of the derivation along a direction.": r"整理之后，这就是沿一个方向推导所得的闭式。",
    r"(9.41), by $\gamma$, the standardised input held.": r"(9.41) 对 $\gamma$，标准化之后的输入固定。",
    r"No other path leads from the loss to $\gamma$ ...": r"从损失到 $\gamma$ 没有别的路径 ……",
    r"... and (9.41) is the only one to $\beta$.": r"…… 到 $\beta$ 也只有 (9.41) 这一条。",
    r"## The gradients of inference mode": r"## 推断模式的梯度",
    (
        r"In inference mode the mean and the variance are given numbers. The layer is then an affine "
        r"function of each element by itself."
    ): (r"在推断模式中，均值和方差是给定的数，于是这一层对每个元素各自是一个仿射函数。"),
    r"Only the numerator of (9.40) moves.": r"只有 (9.40) 的分子变化。",
    r"What stands beside $u_k$ in the movement of the loss.": r"损失的变化中 $u_k$ 的系数。",
    r"The output (9.41) is linear in $\gamma$.": r"输出 (9.41) 对 $\gamma$ 是线性的。",
    r"The output (9.41) moves with $\beta$.": r"输出 (9.41) 随 $\beta$ 变化。",
    r"The mean, where it is a parameter, moves every element alike.": r"均值如果是参数，它使每个元素作同样的变化。",
    r"The variance, where it is a parameter, moves the root.": r"方差如果是参数，它使根号变化。",
    r"What training mode adds to this: the two terms that reach an element through the statistics.": (
        r"训练模式比它多出的部分：通过统计量到达一个元素的两项。"
    ),
    (
        r"$\mathrm{d}\gamma$ and $\mathrm{d}\beta$ have the same form in both modes. $\mathrm{d}x$ "
        r"has not: a backward pass that uses the wrong mode's is wrong by exactly those two terms, "
        r"however well it is computed."
    ): (
        r"$\mathrm{d}\gamma$ 和 $\mathrm{d}\beta$ "
        r"在两种模式中形式相同，$\mathrm{d}x$ 则不同：反向传播若用了另一种模式的 "
        r"$\mathrm{d}x$，不论算得多精确，都恰好差这两项。"
    ),
}

LINK = re.compile(r"\]\((?!\w+:)([^)\s]+)\)")


def page(english):
    """The page in Chinese, from that in English."""
    return "\n\n".join(map(_translated, english.rstrip("\n").split("\n\n"))) + "\n"


def _translated(paragraph):
    if paragraph.startswith("$$"):
        return paragraph
    words = " ".join(paragraph.split())
    if words not in TRANSLATED:
        raise LookupError(f"docs/zh/derivation.py has no translation of: {words}")
    return LINK.sub(r"](../\1)", TRANSLATED[words])


if __name__ == "__main__":
    (HERE / "derivation.md").write_text(page(ENGLISH.read_text(encoding="utf-8")), encoding="utf-8")
