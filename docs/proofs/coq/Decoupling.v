(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Decoupling from the weights before *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h
    t) (Mean m (move x h t))) eps) gamma beta i)) 0
  (- (gamma * Rstd (Var m x (Mean m x)) eps * sum m dy * sum m h / INR m) + gamma * Rstd (Var m x (Mean m x))
    eps * sum m (fun i => dy i * h i) - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i -
    Mean m x) * dy i) * sum m (fun i => (x i - Mean m x) * h i) / INR m).
Proof.
  intros m beta dy eps gamma h x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * (((h i2 - sum m h / INR m) * sqrt (Var m (move x h 0)
    (Mean m (move x h 0)) + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0
    i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0)
    (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * (((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) *
    ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2) + 0)) = - (gamma * rstd * sum m dy * sum m h / INR m) + gamma * rstd * sum
    m (fun i => dy i * h i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i -
    mean) * h i) / INR m).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) = 2 * sum m (fun i => (x i
    - mean) * h i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1) + ((- (2 * sum m h / INR m)) * (x i1 - mean) +
      (0)))).
    { apply sum_ext; intros i1 Hi1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e3 : sum m (fun i2 => dy i2 * (gamma * (((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean)
    * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2) + 0)) = - (gamma * rstd * sum m dy * sum m h / INR m) + gamma * rstd * sum
    m (fun i => dy i * h i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i -
    mean) * h i) / INR m).
  {
    transitivity (sum m (fun i2 => (gamma * rstd) * (dy i2 * h i2) + ((- (gamma * rstd * sum m h / INR m)) *
      (dy i2) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) / INR m)) * ((x i2 - mean) * dy
      i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  normal.
Qed.

Lemma derivative_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var
    m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0
  (- ((x k - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i)
    / INR m) + dy k * gamma * Rstd (Var m x (Mean m x)) eps - gamma * Rstd (Var m x (Mean m x)) eps * sum m dy
    / INR m).
Proof.
  intros m beta dy eps gamma x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt (Var m
    (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) - (move x (unit k) 0 i2 - Mean m (move x (unit k)
    0)) * ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k i1 - sum m
    (unit k) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) +
    eps)))) / sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var + eps) - (x i2
    - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m + 0)
    / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0)) = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd * sum m dy / INR m).
  assert (e1 : sum m (unit k) = 1).
  {
    transitivity (sum m (fun i => (1) * (1 * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => 1) Hk).
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) = 2 * (x k -
    mean)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * unit k i1) + ((- (2 / INR m)) * (x i1 - mean) +
      (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i1 => x i1 - mean) Hk).
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var + eps) -
    (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m
    + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0)) = - ((x k - mean) * gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    transitivity (sum m (fun i2 => (gamma * rstd) * (dy i2 * unit k i2) + ((- (gamma * rstd / INR m)) * (dy
      i2) + ((- ((x k - mean) * gamma * rstd ^ 3 / INR m)) * ((x i2 - mean) * dy i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i2 => dy i2) Hk).
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** The derivative by a single weight, whose input is $v$: where the weight moves by $t$, $x$ moves by $t v$.
  *)
Theorem decoupling_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v
    t) (Mean m (move x v t))) eps) gamma beta i)) 0) /\
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean
    m (move x v t))) eps) gamma beta i)) 0 =
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * v i1).
Proof.
  intros m beta dy eps gamma v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move
    x v t) (Mean m (move x v t))) eps) gamma beta i)) 0 = - (gamma * rstd * sum m dy * sum m v / INR m) +
    gamma * rstd * sum m (fun i => dy i * v i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum
    m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (- (gamma * rstd * sum m dy * sum m v / INR m) + gamma * rstd * sum m (fun i => dy i * v i) -
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma v x size Hroot). }
    normal.
  }
  assert (e2 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0 = - ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1 *
    gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1
      * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta dy eps gamma x i1 size Hroot Hi1). }
    normal.
  }
  assert (e3 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * v
    i1) = - (gamma * rstd * sum m dy * sum m v / INR m) + gamma * rstd * sum m (fun i => dy i * v i) - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x
      i1 - mean) * v i1) + ((gamma * rstd) * (dy i1 * v i1) + ((- (gamma * rstd * sum m dy / INR m)) * (v i1)
      + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e2 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma v x size Hroot).
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_2 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v
    t) (Mean m (move x v t))) eps) gamma beta i)) 0 = sum m (fun i1 => Derive (fun t => sum m (fun i => dy i *
    Y (Xhat (move x (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x
    (unit i1) t))) eps) gamma beta i)) 0 * v i1)).
  rewrite e3.
  rewrite e1.
  normal.
Qed.

(** Two weights, $b$ and $c$, with the inputs $u$ and $v$: the sum of each times its derivative is the
  derivative along the part of $x$ that they make. So it is for any number of weights. *)
Theorem decoupling_2 :
  forall (m : nat) (b beta c : R) (dy : nat -> R) (eps gamma : R) (u v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i1 => dy i1 * Y (Xhat (move x (fun i => b * u i + c * v i) t) (Mean m
    (move x (fun i => b * u i + c * v i) t)) (Var m (move x (fun i => b * u i + c * v i) t) (Mean m (move x
    (fun i => b * u i + c * v i) t))) eps) gamma beta i1)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u
    t) (Mean m (move x u t))) eps) gamma beta i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v
    t) (Mean m (move x v t))) eps) gamma beta i)) 0) /\
  Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move x (fun i => b * u i + c * v i) t) (Mean m (move x
    (fun i => b * u i + c * v i) t)) (Var m (move x (fun i => b * u i + c * v i) t) (Mean m (move x (fun i =>
    b * u i + c * v i) t))) eps) gamma beta i1)) 0 =
  b * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t)
    (Mean m (move x u t))) eps) gamma beta i)) 0 + c * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x
    v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i)) 0.
Proof.
  intros m b beta c dy eps gamma u v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => b * u i + c * v i) = b * sum m u + c * sum m v).
  {
    transitivity (sum m (fun i => (b) * (u i) + ((c) * (v i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => dy i * (b * u i + c * v i)) = b * sum m (fun i => dy i * u i) + c * sum m (fun
    i => dy i * v i)).
  {
    transitivity (sum m (fun i => (b) * (dy i * u i) + ((c) * (dy i * v i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i => (x i - mean) * (b * u i + c * v i)) = b * sum m (fun i => (x i - mean) * u i) +
    c * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (b) * ((x i - mean) * u i) + ((c) * ((x i - mean) * v i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e4 : Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move x (fun i => b * u i + c * v i) t) (Mean
    m (move x (fun i => b * u i + c * v i) t)) (Var m (move x (fun i => b * u i + c * v i) t) (Mean m (move x
    (fun i => b * u i + c * v i) t))) eps) gamma beta i1)) 0 = - (b * gamma * rstd * sum m dy * sum m u / INR
    m) + b * gamma * rstd * sum m (fun i => dy i * u i) - b * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
    * dy i) * sum m (fun i => (x i - mean) * u i) / INR m - c * gamma * rstd * sum m dy * sum m v / INR m + c
    * gamma * rstd * sum m (fun i => dy i * v i) - c * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i)
    * sum m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (- (gamma * rstd * sum m dy * sum m (fun i => b * u i + c * v i) / INR m) + gamma * rstd *
      sum m (fun i => dy i * (b * u i + c * v i)) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) *
      sum m (fun i => (x i - mean) * (b * u i + c * v i)) / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma (fun i => b * u i + c * v i) x size
      Hroot). }
    rewrite e3.
    rewrite e2.
    rewrite e1.
    normal.
  }
  assert (e5 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move
    x u t) (Mean m (move x u t))) eps) gamma beta i)) 0 = - (gamma * rstd * sum m dy * sum m u / INR m) +
    gamma * rstd * sum m (fun i => dy i * u i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum
    m (fun i => (x i - mean) * u i) / INR m).
  {
    transitivity (- (gamma * rstd * sum m dy * sum m u / INR m) + gamma * rstd * sum m (fun i => dy i * u i) -
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma u x size Hroot). }
    normal.
  }
  assert (e6 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move
    x v t) (Mean m (move x v t))) eps) gamma beta i)) 0 = - (gamma * rstd * sum m dy * sum m v / INR m) +
    gamma * rstd * sum m (fun i => dy i * v i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum
    m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (- (gamma * rstd * sum m dy * sum m v / INR m) + gamma * rstd * sum m (fun i => dy i * v i) -
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma v x size Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma (fun i => b * u i + c * v i) x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma u x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma v x size Hroot).
  }
  change (Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move x (fun i => b * u i + c * v i) t) (Mean m
    (move x (fun i => b * u i + c * v i) t)) (Var m (move x (fun i => b * u i + c * v i) t) (Mean m (move x
    (fun i => b * u i + c * v i) t))) eps) gamma beta i1)) 0 = b * Derive (fun t => sum m (fun i => dy i * Y
    (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x u t))) eps) gamma beta i)) 0
    + c * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v
    t) (Mean m (move x v t))) eps) gamma beta i)) 0).
  rewrite e4.
  rewrite e5.
  rewrite e6.
  normal.
Qed.

(** That part is all of $x$, or all but the constant bias. *)
Theorem decoupling_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x x t) (Mean m (move x x t)) (Var m (move x x
    t) (Mean m (move x x t))) eps) gamma beta i)) 0) /\
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x x t) (Mean m (move x x t)) (Var m (move x x t) (Mean
    m (move x x t))) eps) gamma beta i)) 0 =
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * x i1).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m x = mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : sum m (fun i => dy i * x i) = mean * sum m dy + sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i) + ((mean) * (dy i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i => (x i - mean) * x i) = var * INR m).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) ^ 2) + ((mean) * (x i - mean) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e4 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x x t) (Mean m (move x x t)) (Var m (move
    x x t) (Mean m (move x x t))) eps) gamma beta i)) 0 = gamma * rstd * sum m (fun i => (x i - mean) * dy i)
    - gamma * rstd ^ 3 * var * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (- (gamma * rstd * sum m dy * sum m x / INR m) + gamma * rstd * sum m (fun i => dy i * x i) -
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * x i) / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x x size Hroot). }
    rewrite e3.
    rewrite e2.
    rewrite e1.
    normal.
  }
  assert (e5 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0 = - ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1 *
    gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1
      * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta dy eps gamma x i1 size Hroot Hi1). }
    normal.
  }
  assert (e6 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * x
    i1) = gamma * rstd * sum m (fun i => (x i - mean) * dy i) - gamma * rstd ^ 3 * var * sum m (fun i => (x i
    - mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x
      i1 - mean) ^ 2) + ((- (gamma * mean * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) - gamma *
      rstd * sum m dy / INR m) * (x i1 - mean) + ((gamma * rstd) * ((x i1 - mean) * dy i1) + ((gamma * mean *
      rstd) * (dy i1) + ((- (gamma * mean * rstd * sum m dy / INR m)) * (1) + (0))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e5 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma x x size Hroot).
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_2 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x x t) (Mean m (move x x t)) (Var m (move x x
    t) (Mean m (move x x t))) eps) gamma beta i)) 0 = sum m (fun i1 => Derive (fun t => sum m (fun i => dy i *
    Y (Xhat (move x (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x
    (unit i1) t))) eps) gamma beta i)) 0 * x i1)).
  rewrite e6.
  rewrite e4.
  normal.
Qed.

(** $x_i = \mu + \hat{x}_i / r$, and the gradient sums to 0. *)
Theorem decoupling_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * x i1) =
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * Xhat x (Mean m
    x) (Var m x (Mean m x)) eps i1) / Rstd (Var m x (Mean m x)) eps.
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0 = - ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1 *
    gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1
      * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta dy eps gamma x i1 size Hroot Hi1). }
    normal.
  }
  assert (e2 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * x
    i1) = gamma * rstd * sum m (fun i => (x i - mean) * dy i) - gamma * rstd ^ 3 * var * sum m (fun i => (x i
    - mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x
      i1 - mean) ^ 2) + ((- (gamma * mean * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) - gamma *
      rstd * sum m dy / INR m) * (x i1 - mean) + ((gamma * rstd) * ((x i1 - mean) * dy i1) + ((gamma * mean *
      rstd) * (dy i1) + ((- (gamma * mean * rstd * sum m dy / INR m)) * (1) + (0))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e1 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e3 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e4 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e3.
    normal.
  }
  assert (e5 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 *
    Xhat x mean var eps i1) = gamma * rstd ^ 2 * sum m (fun i => (x i - mean) * dy i) - gamma * rstd ^ 4 * var
    * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x
      i1 - mean) ^ 2) + ((gamma * rstd ^ 2) * ((x i1 - mean) * dy i1) + ((- (gamma * rstd ^ 2 * sum m dy / INR
      m)) * (x i1 - mean) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e1 i1 Hi1).
      rewrite (e4 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_2 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move
    x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * x i1) =
    sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x
    (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * Xhat x
    mean var eps i1) / rstd).
  rewrite e5.
  rewrite e2.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0
  (Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i - Mean m x) * dy i)).
Proof.
  intros m beta dy eps gamma x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x (Mean m x) (Var m x (Mean m x)) eps
    i + (gamma + 0 * 1) * 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0 + 0)) =
    rstd * sum m (fun i => (x i - mean) * dy i)).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0 +
    0)) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  normal.
Qed.

(** The gradient keeps of $\mathrm{d}y$ along $\hat{x}$ only the share that $\epsilon$ leaves. *)
Theorem decoupling_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x x t) (Mean m (move x x t)) (Var m (move x x
    t) (Mean m (move x x t))) eps) gamma beta i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x x t) (Mean m (move x x t)) (Var m (move x x t) (Mean
    m (move x x t))) eps) gamma beta i)) 0 =
  gamma * eps * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma
    + t * 1) beta i)) 0 / (Var m x (Mean m x) + eps).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m x = mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : sum m (fun i => dy i * x i) = mean * sum m dy + sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i) + ((mean) * (dy i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i => (x i - mean) * x i) = var * INR m).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) ^ 2) + ((mean) * (x i - mean) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e4 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x x t) (Mean m (move x x t)) (Var m (move
    x x t) (Mean m (move x x t))) eps) gamma beta i)) 0 = gamma * rstd * sum m (fun i => (x i - mean) * dy i)
    - gamma * rstd ^ 3 * var * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (- (gamma * rstd * sum m dy * sum m x / INR m) + gamma * rstd * sum m (fun i => dy i * x i) -
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * x i) / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x x size Hroot). }
    rewrite e3.
    rewrite e2.
    rewrite e1.
    normal.
  }
  assert (e5 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma +
    t * 1) beta i)) 0 = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * dy i)).
    { apply is_derive_unique. exact (derivative_3 m beta dy eps gamma x size Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma x x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_3 m beta dy eps gamma x size Hroot).
  }
  change (Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x x t) (Mean m (move x x t)) (Var m (move x x
    t) (Mean m (move x x t))) eps) gamma beta i)) 0 = gamma * eps * Derive (fun t => sum m (fun i => dy i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) beta i)) 0 / (var + eps)).
  rewrite e4.
  rewrite e5.
  normal.
Qed.

(** With $w$ multiplied by $a$ the gradient by $x$ is divided by it, exactly so at $\epsilon = 0$ ... *)
Theorem decoupling_6 :
  forall (m : nat) (a beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move
    (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x
    i) (unit k) t))) (a ^ 2 * eps)) gamma beta i1)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i
    => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i)
    (unit k) t))) (a ^ 2 * eps)) gamma beta i1)) 0 =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 / a.
Proof.
  intros m a beta dy eps gamma x k Hm Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) = rstd / a).
  {
    change (1 / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy i1) = a * sum m (fun i => (x i -
    mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (a) * ((x i1 - mean) * dy i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p8 : 0 < Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps).
  { apply (is_positive _ (a / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e9 : Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m
    (move (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i =>
    a * x i) (unit k) t))) (a ^ 2 * eps)) gamma beta i1)) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * dy i) / (a * INR m)) + dy k * gamma * rstd / a - gamma * rstd * sum m dy / (a * INR
    m)).
  {
    transitivity (- ((a * x k - Mean m (fun i => a * x i)) * gamma * Rstd (Var m (fun i => a * x i) (Mean m
      (fun i => a * x i))) (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy
      i1) / INR m) + dy k * gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)
      - gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta dy (a ^ 2 * eps) gamma (fun i => a * x i) k size p8
      Hk). }
    rewrite e6.
    rewrite e7.
    rewrite e2.
    normal.
  }
  assert (e10 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd *
    sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k *
      gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta dy eps gamma x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_2 m beta dy (a ^ 2 * eps) gamma (fun i => a * x i) k size p8 Hk).
  }
  split.
  {
    eexists. exact (derivative_2 m beta dy eps gamma x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move
    (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x
    i) (unit k) t))) (a ^ 2 * eps)) gamma beta i1)) 0 = Derive (fun t => sum m (fun i => dy i * Y (Xhat (move
    x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps)
    gamma beta i)) 0 / a).
  rewrite e9.
  rewrite e10.
  normal.
Qed.

(** ... and with it the derivative by each weight, whose input $v$ stays as it is. *)
Theorem decoupling_7 :
  forall (m : nat) (a beta : R) (dy : nat -> R) (eps gamma : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (ex_derive (fun t : R => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) v t) (Mean m (move (fun i
    => a * x i) v t)) (Var m (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t))) (a ^ 2 *
    eps)) gamma beta i1)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v
    t) (Mean m (move x v t))) eps) gamma beta i)) 0) /\
  Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) v t) (Mean m (move (fun i => a *
    x i) v t)) (Var m (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t))) (a ^ 2 * eps))
    gamma beta i1)) 0 =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean
    m (move x v t))) eps) gamma beta i)) 0 / a.
Proof.
  intros m a beta dy eps gamma v x Hm Hroot a_positive.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) = rstd / a).
  {
    change (1 / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy i1) = a * sum m (fun i => (x i -
    mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (a) * ((x i1 - mean) * dy i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * v i1) = a * sum m (fun i => (x i -
    mean) * v i)).
  {
    transitivity (sum m (fun i1 => (a) * ((x i1 - mean) * v i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p9 : 0 < Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps).
  { apply (is_positive _ (a / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e10 : Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) v t) (Mean m (move
    (fun i => a * x i) v t)) (Var m (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t))) (a ^
    2 * eps)) gamma beta i1)) 0 = - (gamma * rstd * sum m dy * sum m v / (a * INR m)) + gamma * rstd * sum m
    (fun i => dy i * v i) / a - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i
    - mean) * v i) / (a * INR m)).
  {
    transitivity (- (gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) * sum m
      dy * sum m v / INR m) + gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 *
      eps) * sum m (fun i => dy i * v i) - gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i)))
      (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy i1) * sum m (fun i1 =>
      (a * x i1 - Mean m (fun i => a * x i)) * v i1) / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy (a ^ 2 * eps) gamma v (fun i => a * x i) size p9).
      }
    rewrite e6.
    rewrite e7.
    rewrite e8.
    normal.
  }
  assert (e11 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v t)) (Var m
    (move x v t) (Mean m (move x v t))) eps) gamma beta i)) 0 = - (gamma * rstd * sum m dy * sum m v / INR m)
    + gamma * rstd * sum m (fun i => dy i * v i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) *
    sum m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (- (gamma * rstd * sum m dy * sum m v / INR m) + gamma * rstd * sum m (fun i => dy i * v i) -
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma v x size Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy (a ^ 2 * eps) gamma v (fun i => a * x i) size p9).
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma v x size Hroot).
  }
  change (Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) v t) (Mean m (move (fun i
    => a * x i) v t)) (Var m (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t))) (a ^ 2 *
    eps)) gamma beta i1)) 0 = Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x v t) (Mean m (move x v
    t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i)) 0 / a).
  rewrite e10.
  rewrite e11.
  normal.
Qed.

(** One step of gradient descent of size $c$, along a gradient $v$ of the weights $w$ (the sums run over the
  weights). Where $\langle w, v \rangle = 0$ the weights do not get shorter. *)
Theorem decoupling_8 :
  forall (m : nat) (c : R) (v w : nat -> R),
  (1 <= m)%nat ->
  sum m (fun i => w i ^ 2) - 2 * c * sum m (fun i => w i * v i) <=
  sum m (fun i => (w i - c * v i) ^ 2).
Proof.
  intros m c v w Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  assert (e1 : sum m (fun i => w i * v i) = sum m (fun i => v i * w i)).
  {
    transitivity (sum m (fun i => (1) * (v i * w i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => (w i - c * v i) ^ 2) = - (2 * c * sum m (fun i => v i * w i)) + c ^ 2 * sum m
    (fun i => v i ^ 2) + sum m (fun i => w i ^ 2)).
  {
    transitivity (sum m (fun i => (1) * (w i ^ 2) + ((- (2 * c)) * (v i * w i) + ((c ^ 2) * (v i ^ 2) +
      (0))))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  apply (is_less _ _ (c ^ 2 * sum m (fun i => v i ^ 2))).
  { change (sum m (fun i => (w i - c * v i) ^ 2) - (sum m (fun i => w i ^ 2) - 2 * c * sum m (fun i => w i * v
    i)) = c ^ 2 * sum m (fun i => v i ^ 2)).
    rewrite e2.
    rewrite e1.
    normal.
  }
  nonnegative.
Qed.

Lemma derivative_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i1 => dy i1 * Y (Xhat (move x (fun i => 1) t) (Mean m (move x (fun i =>
    1) t)) (Var m (move x (fun i => 1) t) (Mean m (move x (fun i => 1) t))) eps) gamma beta i1)) 0
  (0).
Proof.
  intros m beta dy eps gamma x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * (((1 - sum m (fun i => 1) / INR m) * sqrt (Var m (move x
    (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) - (move x (fun i => 1) 0 i2 - Mean m (move x (fun
    i => 1) 0)) * ((sum m (fun i1 => 2 * ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1
    - sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x
    (fun i => 1) 0)) + eps)))) / sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^
    2) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * (((1 - sum m (fun i => 1) / INR m) * sqrt (var + eps) - (x i2 -
    mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2 *
    sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0)) = 0).
  assert (e1 : sum m (fun i => 1) = INR m).
  {
    transitivity (sum m (fun i => (1) * (1) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_nil.
    normal.
  }
  assert (e4 : sum m (fun i2 => dy i2 * (gamma * (((1 - sum m (fun i => 1) / INR m) * sqrt (var + eps) - (x i2
    - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2
    * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0)) = 0).
  {
    transitivity (sum m (fun i2 => 0)).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e1.
      rewrite e2.
      normal. }
    rewrite sum_nil.
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** A bias of the layer before moves all elements alike; it has no gradient. *)
Theorem decoupling_9 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i1 => dy i1 * Y (Xhat (move x (fun i => 1) t) (Mean m (move x (fun i =>
    1) t)) (Var m (move x (fun i => 1) t) (Mean m (move x (fun i => 1) t))) eps) gamma beta i1)) 0
  (0).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_4 m beta dy eps gamma x size Hroot)).
  change (0 = 0).
  normal.
Qed.

(** All of it *)
Definition decoupling := (conj decoupling_1 (conj decoupling_2 (conj decoupling_3 (conj decoupling_4 (conj
  decoupling_5 (conj decoupling_6 (conj decoupling_7 (conj decoupling_8 decoupling_9)))))))).
