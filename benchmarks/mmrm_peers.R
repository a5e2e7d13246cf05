# gls of nlme on one trial: Rscript mmrm_peers.R TABLE.csv; prints one line of JSON, ends with 3 without nlme.
if (!requireNamespace("nlme", quietly = TRUE)) quit(status = 3)
suppressMessages(library(nlme))
d <- read.csv(commandArgs(TRUE)[1]); d$v <- factor(d$visit); d$arm <- factor(d$arm); d$id <- factor(d$id)
clock <- system.time(m <- gls(change ~ baseline * v + arm * v, d, correlation = corSymm(form = ~ visit | id), weights = varIdent(form = ~ 1 | v)))
k <- c("arm1", paste0("v", max(d$visit), ":arm1")); if (!all(k %in% names(coef(m)))) { a <- grep("arm1", names(coef(m)), value = TRUE); k <- a[c(1, length(a))] }
cat(sprintf('{"seconds": %.4f, "cpu_seconds": %.4f, "estimate": %.9f, "error": %.9f, "log_likelihood": %.7f}\n', clock[["elapsed"]], clock[["user.self"]],
            sum(coef(m)[k]), sqrt(sum(vcov(m)[k, k])), as.numeric(logLik(m))))
