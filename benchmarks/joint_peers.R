# The textbook joint model with one package, timed, then predictions of 20 patients; called by joint_peers.py.
# Run: Rscript joint_peers.R FOLDER JM-weibull|JM-piecewise|JM-spline|JMbayes2      prints one line of JSON
# FOLDER holds visits.csv (id,arm,time,y) and follow_up.csv (id,arm,stime,event). Exit code 3: package missing.
given <- commandArgs(TRUE); folder <- given[1]; tool <- given[2]; package <- sub("-.*", "", tool)
here <- function(name) requireNamespace(name, quietly = TRUE)
if (!here("nlme") || !here("survival") || !here(package)) quit(status = 3)
suppressPackageStartupMessages({library(nlme); library(survival); library(package, character.only = TRUE)})
visits <- read.csv(file.path(folder, "visits.csv")); ends <- read.csv(file.path(folder, "follow_up.csv"))
visits <- merge(visits, ends[, c("id", "stime", "event")], by = "id")
visits <- visits[order(visits$id, visits$time), ]
seconds <- function(action) { taken <- system.time(found <- action(), gcFirst = TRUE)[["elapsed"]]; list(seconds = taken, found = found) }
say <- function(...) { v <- c(...); cat("{", paste(sprintf('"%s": %.10g', names(v), v), collapse = ", "), "}\n", sep = "") }

lines <- seconds(function() lme(y ~ time + time:arm, random = ~ time | id, data = visits, control = lmeControl(opt = "optim")))
cox <- coxph(Surv(stime, event) ~ arm, ends, x = TRUE, model = TRUE)
alive <- ends$id[ends$event == 0 & ends$stime > 12][1:20]
history <- visits[visits$id %in% alive & visits$time <= 6, ]
ahead <- c(9, 12, 15, 18)

if (package == "JM") {
  method <- paste0(sub("JM-", "", tool), "-PH-aGH")
  fit <- seconds(function() { m <- jointModel(lines$found, cox, timeVar = "time", method = method); vcov(m); m })
  errors <- sqrt(diag(vcov(fit$found)))
  predicted <- function(...) seconds(function() {
    set.seed(1)
    survfitJM(fit$found, history, idVar = "id", survTimes = ahead, last.time = rep(6, length(alive)), ...)
  })
  mode <- predicted(simulate = FALSE); draws <- predicted(M = 200)
  say(seconds = fit$seconds, log_likelihood = as.numeric(logLik(fit$found)), association = fit$found$coefficients$alpha[[1]],
      association_error = errors[[grep("assoct", names(errors), ignore.case = TRUE)[1]]],
      milliseconds = 1000 * mode$seconds / length(alive), milliseconds_200 = 1000 * draws$seconds / length(alive))
} else {
  fit <- seconds(function() jm(cox, lines$found, time_var = "time", cores = 1L, n_chains = 3L, n_iter = 3500L, n_burnin = 500L))
  found <- fit$found$statistics
  history$stime <- 6; history$event <- 0
  draws <- seconds(function() predict(fit$found, newdata = history, process = "event", times = ahead, return_newdata = FALSE,
                                      n_samples = 200L, cores = 1L))
  say(seconds = fit$seconds, effective_draws = sum(coda::effectiveSize(fit$found$mcmc$alphas)), association = found$Mean$alphas[[1]],
      association_sd = found$SD$alphas[[1]], milliseconds_200 = 1000 * draws$seconds / length(alive))
}
