# Without association the joint model falls apart into a mixed model and a survival model: nlme::lme (ML) and
# survival::survreg, coxph and a Poisson glm for the piecewise-constant hazard.
# Run from the root: Rscript reference/survival/run.R FOLDER_OF_DATA > reference/survival/values.json
# (Debian packages r-cran-nlme, r-cran-survival, r-cran-jsonlite)
suppressMessages({library(nlme); library(survival); library(jsonlite)})
folder <- commandArgs(trailingOnly = TRUE)[1]
own <- file.path("reference", "quadrature")
cohort_follow <- read.csv(file.path(own, "cohort_follow_up.csv")); cohort <- read.csv(file.path(own, "cohort_visits.csv"))
cohort$x <- cohort_follow$arm[match(cohort$id, cohort_follow$id)]
aids <- read.csv(file.path(folder, "jm_aids.csv")); aids_id <- read.csv(file.path(folder, "jm_aids_id.csv"))
pbc2 <- read.csv(file.path(folder, "jm_pbc2.csv")); pbc2_id <- read.csv(file.path(folder, "jm_pbc2_id.csv"))
sets <- list(
  cohort = list(v = with(cohort, data.frame(id, t = time, y, x)), with_level = FALSE,
                f = with(cohort_follow, data.frame(end = stime, event, x = arm)), cuts = c(3, 6, 9, 12, 15)),
  aids = list(v = with(aids, data.frame(id = patient, t = obstime, y = sqrt(CD4), x = as.numeric(drug == "ddI"))), with_level = FALSE,
              f = with(aids_id, data.frame(end = Time, event = death, x = as.numeric(drug == "ddI"))), cuts = NULL),
  pbc2 = list(v = with(pbc2, data.frame(id, t = year, y = log(serBilir), x = as.numeric(drug == "D-penicil"))), with_level = TRUE,
              f = with(pbc2_id, data.frame(end = years, event = status2, x = as.numeric(drug == "D-penicil"))), cuts = NULL))
control <- lmeControl(tolerance = 1e-12, msTol = 1e-14, msMaxIter = 1000, maxIter = 1000, niterEM = 200)
pair <- function(estimate, error) list(estimate = unname(estimate), standard_error = unname(error))
mixed <- function(s) {
  form <- if (s$with_level) y ~ t + x + x:t else y ~ t + x:t
  f <- do.call(lme, list(fixed = form, random = ~ t | id, data = s$v, method = "ML", control = control))
  v <- as.matrix(f$modelStruct$reStruct[[1]]) * f$sigma^2; d <- sqrt(diag(v)); b <- fixef(f); e <- sqrt(diag(vcov(f)))
  out <- list(mean_level = pair(b[["(Intercept)"]], e[["(Intercept)"]]), mean_slope = pair(b[["t"]], e[["t"]]))
  if (s$with_level) out[["level_effects[0]"]] <- pair(b[["x"]], e[["x"]])
  out[["slope_effects[0]"]] <- pair(b[["t:x"]], e[["t:x"]])
  c(out, list(sd_level = d[[1]], sd_slope = d[[2]], correlation = v[1, 2] / prod(d), residual_sd = f$sigma,
              log_likelihood = as.numeric(logLik(f))))
}
parametric <- function(s) {
  f <- survreg(Surv(end, event) ~ x, data = s$f, dist = "weibull", control = survreg.control(rel.tolerance = 1e-14, maxiter = 100))
  g <- 1 / f$scale; V <- vcov(f); b <- coef(f)                       # log T = b0 + b1 x + scale * W
  J <- rbind(c(-g, 0, b[[1]] * g), c(0, -g, b[[2]] * g), c(0, 0, -g))  # d(log_base, effect, shape) / d(b0, b1, log scale)
  e <- sqrt(diag(J %*% V %*% t(J)))
  list(log_base = pair(-b[[1]] * g, e[1]), "hazard_effects[0]" = pair(-b[[2]] * g, e[2]), shape = pair(g, e[3]),
       log_likelihood = f$loglik[2], survreg = list(intercept = b[[1]], x = b[[2]], scale = f$scale, sum_log_event_times = sum(log(s$f$end[s$f$event == 1]))))
}
stepwise <- function(s) {
  cuts <- if (is.null(s$cuts)) quantile(s$f$end, (1:6) / 7, names = FALSE) + 1e-6 else s$cuts
  w <- survSplit(Surv(end, event) ~ x, data = s$f, cut = cuts, episode = "piece"); w$piece <- factor(w$piece)
  f <- glm(event ~ 0 + piece + x + offset(log(end - tstart)), poisson, w, control = glm.control(epsilon = 1e-14, maxit = 100))
  e <- sqrt(diag(vcov(f))); k <- length(cuts) + 1
  # the Poisson log-likelihood counts log(time at risk) of each event's interval, a hazard model does not
  shift <- sum(log(w$end - w$tstart)[w$event == 1])
  list(edges = cuts, log_levels = list(estimate = unname(coef(f)[1:k]), standard_error = unname(e[1:k])),
       "hazard_effects[0]" = pair(coef(f)[k + 1], e[k + 1]), log_likelihood = as.numeric(logLik(f)) - shift)
}
cox <- function(s) { f <- coxph(Surv(end, event) ~ x, s$f, ties = "efron"); c(pair(coef(f), sqrt(vcov(f)[1, 1])), log_partial_likelihood = f$loglik[2]) }
out <- lapply(sets, function(s) list(mixed = mixed(s), weibull = parametric(s), piecewise = stepwise(s), cox = cox(s)))
cat(toJSON(c(list(versions = list(nlme = as.character(packageVersion("nlme")), survival = as.character(packageVersion("survival")))), out),
           auto_unbox = TRUE, digits = 12, pretty = TRUE))
