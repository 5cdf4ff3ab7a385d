"""A user's script: scikit-learn on Iris under plain ``mlflow.sklearn.autolog()``.

Its arguments are tracking URIs and tokens, in turn; it trains at each of them and prints the id of
the run.
"""

import os
import sys


def main():
    import mlflow
    import mlflow.sklearn
    from sklearn.datasets import load_iris
    from sklearn.tree import DecisionTreeClassifier

    features, target = load_iris(return_X_y=True, as_frame=True)
    mlflow.sklearn.autolog()
    for uri, token in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        os.environ["MLFLOW_TRACKING_TOKEN"] = token
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment("iris")
        tree = DecisionTreeClassifier(max_depth=3).fit(features, target)
        assert tree.score(features, target) > 0.9
        sys.stdout.write(f"{mlflow.last_active_run().info.run_id}\n")


if __name__ == "__main__":
    main()
