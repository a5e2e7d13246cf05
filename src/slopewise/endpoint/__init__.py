"""From an estimand to a statistic: what two arms of a trial are compared by."""
