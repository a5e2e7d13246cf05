# y ~ time + arm:time + (1 + time | id) by REML with one package, timed; called by random_slope_speed.py.
# Run: Rscript random_slope_peers.R TABLE.csv PACKAGE REPETITIONS     prints one line of JSON
given <- commandArgs(TRUE); package <- given[2]; times <- as.integer(given[3])
if (!suppressPackageStartupMessages(require(package, character.only = TRUE, quietly = TRUE))) quit(status = 3)
d <- read.csv(given[1]); d$arm_time <- d$arm * d$time
fit <- switch(package,
  lme4 = function() lmer(y ~ time + arm_time + (1 + time | id), d),
  nlme = function() lme(y ~ time + arm_time, random = ~ 1 + time | id, data = d))
# where nlme's default optimiser ends in "false convergence", its other one is timed, and that is said
note <- tryCatch({fit(); ""}, error = function(e) conditionMessage(e))
if (nzchar(note)) fit <- function()
  lme(y ~ time + arm_time, random = ~ 1 + time | id, data = d, control = lmeControl(opt = "optim"))
wall <- cpu <- numeric(times)
for (i in seq_len(times)) {
  spent <- system.time(m <- fit(), gcFirst = TRUE)
  wall[i] <- spent[["elapsed"]]; cpu[i] <- sum(spent[1:2])
}
peak <- grep("^VmHWM", readLines("/proc/self/status"), value = TRUE)
cat(sprintf(paste0('{"note": "%s", "seconds": %.6g, "cpu_seconds": %.6g, "log_likelihood": %.15g,',
                   ' "slope_difference_error": %.15g, "memory_mib": %.4g}\n'),
            if (nzchar(note)) "its default optimiser failed, opt = 'optim' was timed" else "",
            median(wall), median(cpu), as.numeric(logLik(m)), sqrt(as.matrix(vcov(m))[3, 3]),
            as.numeric(gsub("[^0-9]", "", peak)) / 1024))
