"""Tune settings with Optuna: each trial is a sweep of one point over paired seeds, and its mean is what is to be raised.

pip install optuna
python examples/tune_with_optuna.py
"""

import optuna

from freeagentics import sweep


def excess_return(trial, seeds=4, steps=400):
    """Mean excess return, in points, of `whale-pump` at the settings of a trial."""
    point = {
        "memory.recall": trial.suggest_int("memory.recall", 3, 24),
        "roles.market-hunter.threshold": trial.suggest_float("roles.market-hunter.threshold", 0.05, 0.6),
    }
    return 100 * sweep("whale-pump", [point], seeds=seeds, steps=steps).frame["excess_return"].mean()


def main(trials=12, **few):
    """Search, and print the best settings; sampler and scenarios are seeded, so that the same search finds the same."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(lambda trial: excess_return(trial, **few), n_trials=trials)
    print(f"{study.best_value:+.2f} points with {study.best_params}")
    return study


if __name__ == "__main__":
    main()
