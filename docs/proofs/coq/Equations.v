(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

From Coq Require Import Reals Lra Lia.
From Bncore Require Import Sums.
Open Scope R_scope.

(** (9.38) *)
Definition Mean (m : nat) (x : nat -> R) : R :=
  sum m x / INR m.

(** (9.39) *)
Definition Var (m : nat) (x : nat -> R) (mean : R) : R :=
  sum m (fun i => (x i - mean) ^ 2) / INR m.

(** The inverse of the root in (9.40) *)
Definition Rstd (var : R) (eps : R) : R :=
  1 / sqrt (var + eps).

(** (9.40) *)
Definition Xhat (x : nat -> R) (mean : R) (var : R) (eps : R) (i : nat) : R :=
  (x i - mean) / sqrt (var + eps).

(** (9.41) *)
Definition Y (xhat : nat -> R) (gamma : R) (beta : R) (i : nat) : R :=
  gamma * xhat i + beta.

(** (9.39), corrected *)
Definition CorrectedVar (m : nat) (x : nat -> R) (mean : R) (d : R) : R :=
  sum m (fun i => (x i - mean) ^ 2) / (INR m - d).

(** (9.38), weighted *)
Definition WeightedMean (m : nat) (x : nat -> R) (weight : nat -> R) : R :=
  sum m (fun i => weight i * x i) / sum m weight.

(** (9.39), weighted *)
Definition WeightedVar (m : nat) (x : nat -> R) (mean : R) (weight : nat -> R) : R :=
  sum m (fun i => weight i * (x i - mean) ^ 2) / sum m weight.
