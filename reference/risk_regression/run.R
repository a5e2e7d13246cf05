# Scores of predicted survival by other programs: riskRegression (Brier, AUC, IPA), survival
# (Kaplan-Meier, also with late entry; Uno's concordance) and glm (calibration with weights).
# Run: Rscript run.R > values.json
# (Debian packages r-cran-survival, r-cran-riskregression, r-cran-prodlim, r-cran-jsonlite)
# Follow-up is simulated here with a fixed seed; `lung` is the public table of package survival.
# Chances told: exp(-rate t exp(effect marker)), and by a rival from another marker.
suppressMessages({library(survival); library(riskRegression); library(prodlim); library(jsonlite)})

told <- function(t, marker, rate, effect) exp(-rate * t * exp(effect * marker))

draw <- function(n, seed, rounded) {
  set.seed(seed)
  marker <- round(rnorm(n), if (rounded) 1 else 6)
  dies <- rexp(n, 0.04 * exp(0.8 * marker)); lost <- pmin(rexp(n, 0.03), runif(n, 20, 40))
  month <- round(pmin(dies, lost), if (rounded) 0 else 6) + if (rounded) 1 else 0
  data.frame(month = month, event = as.integer(dies <= lost), marker = marker,
             rival_marker = round(marker + rnorm(n, sd = 2), 6),
             entry = round(month * runif(n, 0, 0.7), if (rounded) 0 else 6) - if (rounded) 1 else 0)
}

curve_at <- function(fit, months) {
  s <- summary(fit, times = months, extend = TRUE)
  list(month = months, survival = s$surv, standard_error = s$std.err, lower = s$lower, upper = s$upper)
}

scores <- function(d, horizons, models) {
  x <- Score(models, formula = Surv(month, event) ~ 1, data = d, times = horizons,
             cens.model = "km", cens.method = "ipcw", conservative = FALSE, null.model = TRUE,
             summary = "IPA", split.method = "none", progress.bar = NULL, verbose = -1)
  list(brier = as.list(as.data.frame(x$Brier$score)[, c("model", "times", "Brier", "se", "IPA")]),
       auc = as.list(as.data.frame(x$AUC$score)[, c("model", "times", "AUC", "se")]),
       brier_contrast = as.list(as.data.frame(x$Brier$contrasts)),
       auc_contrast = as.list(as.data.frame(x$AUC$contrasts)))
}

uno <- function(d, risk, horizon) {
  f <- concordance(Surv(month, event) ~ risk, data = data.frame(d, risk = risk), reverse = TRUE,
                   timewt = "n/G2", ymax = horizon)
  list(horizon = horizon, concordance = unname(f$concordance), standard_error = sqrt(f$var))
}

calibration <- function(d, survival, horizon) {
  # events before censorings on the same month: prodlim's reverse curve
  g <- prodlim(Hist(month, event) ~ 1, data = d, reverse = TRUE)  # d is in its order already
  at_exit <- predictSurvIndividual(g, lag = 1)
  at_horizon <- predict(g, times = horizon)
  case <- d$event == 1 & d$month <= horizon; beyond <- d$month > horizon
  w <- ifelse(case, 1 / at_exit, ifelse(beyond, 1 / at_horizon, 0))
  eta <- log(-log(survival)); y <- as.numeric(case)
  ctl <- glm.control(epsilon = 1e-14, maxit = 200)
  full <- suppressWarnings(glm(y ~ eta, weights = w, family = quasibinomial("cloglog"), control = ctl))
  level <- suppressWarnings(glm(y ~ offset(eta), weights = w, family = quasibinomial("cloglog"), control = ctl))
  list(horizon = horizon, weight_sum = sum(w), level = unname(coef(level)), slope = unname(coef(full))[2],
       observed_to_expected = (1 - summary(survfit(Surv(month, event) ~ 1, data = d), times = horizon)$surv) / mean(1 - survival))
}

whole <- function(d, horizons, rate, effect) {
  # one order for every program: by month, events before censorings
  d <- d[order(d$month, -d$event), ]
  first <- sapply(horizons, told, marker = d$marker, rate = rate, effect = effect)
  second <- sapply(horizons, told, marker = d$rival_marker, rate = rate, effect = effect)
  last <- length(horizons)
  list(data = as.list(d), horizons = horizons, rate = rate, effect = effect,
       kaplan_meier = curve_at(survfit(Surv(month, event) ~ 1, data = d, conf.type = "log-log"), horizons),
       late_entry = if (is.null(d$entry)) NULL else
         curve_at(survfit(Surv(entry, month, event) ~ 1, data = d, conf.type = "log-log"), horizons),
       scores = scores(d, horizons, list(first = 1 - first, second = 1 - second)),
       concordance = uno(d, 1 - first[, last], horizons[last]),
       calibration = lapply(seq_along(horizons), function(j) calibration(d, first[, j], horizons[j])))
}

untied <- whole(draw(150, 11, FALSE), c(6, 12, 18), 0.05, 0.6)
tied <- whole(draw(120, 12, TRUE), c(6, 12, 18), 0.05, 0.6)
keep <- lung[!is.na(lung$ph.ecog), ]
lungs <- whole(data.frame(month = keep$time / 30.4375, event = keep$status - 1L,
                          marker = keep$ph.ecog - 1,
                          rival_marker = (keep$age - 62) / 10), c(3, 6, 12), 0.06, 0.5)
lungs$data <- NULL
out <- list(program = list(R = R.version.string, survival = as.character(packageVersion("survival")),
                           riskRegression = as.character(packageVersion("riskRegression")),
                           prodlim = as.character(packageVersion("prodlim"))),
            cases = list(untied = untied, tied = tied, lung = lungs))
cat(toJSON(out, auto_unbox = TRUE, digits = 15))
