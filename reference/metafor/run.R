# Random-effects pooling, heterogeneity, meta-regression, influence and small-study tests by metafor.
# Run: Rscript run.R > values.json   (Debian packages r-cran-metafor, r-cran-metadat, r-cran-jsonlite)
# The default stop rules leave REML up to 0.7 % and roots up to 1e-4 from the answer: all are tightened.
suppressMessages({library(metafor); library(metadat); library(jsonlite)})
plain <- function(d) { d <- as.data.frame(d); d[!is.na(d$yi) & !is.na(d$vi), ] }
pignon <- dat.pignon2000; pignon$yi <- pignon$OmE / pignon$V; pignon$vi <- 1 / pignon$V
data <- list(
  bcg = plain(escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)),
  colditz1994_or = plain(escalc("OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.colditz1994)),
  li2007 = plain(escalc("OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.li2007)),
  normand1999 = plain(escalc("MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999)),
  raudenbush1985 = plain(dat.raudenbush1985),
  molloy2014 = plain(escalc("ZCOR", ri = ri, ni = ni, data = dat.molloy2014)),
  hackshaw1998 = plain(dat.hackshaw1998),
  linde2005 = plain(escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.linde2005)),
  pignon2000 = plain(pignon),
  nielweise2007 = plain(escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.nielweise2007)),
  hart1999 = plain(escalc("IRR", x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i, data = dat.hart1999)),
  bangertdrowns2004 = plain(dat.bangertdrowns2004),
  cohen1981 = plain(escalc("ZCOR", ri = ri, ni = ni, data = dat.cohen1981)),
  lee2004 = plain(escalc("OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.lee2004)),
  hine1989 = plain(escalc("RD", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.hine1989)))
methods <- c("REML", "DL", "PM", "ML", "EB", "SJ", "HE", "EE"); tests <- c("z", "knha", "adhoc")

# a threshold below the rounding of tau2 is never met: the smallest that is
fit <- function(d, method, test, mods = NULL) {
  for (threshold in 10^-(14:9)) {
    control <- list(threshold = threshold, maxiter = 1e5, tol = 1e-14, tau2.max = 1e6)
    f <- suppressWarnings(try(if (is.null(mods)) rma(yi, vi, data = d, method = method, test = test, control = control)
      else rma(yi, vi, mods = mods, data = d, method = method, test = test, control = control), silent = TRUE))
    if (!inherits(f, "try-error")) return(f)
  }
  stop(f)
}
number <- function(x) if (length(x) == 0 || is.na(x[1])) NULL else unname(x[1])
interval <- function(f) {
  if (f$method == "EE") f$method <- "DL"
  confint(f, control = list(tol = 1e-14, maxiter = 1e5, tau2.max = 1e6))$random[1, 2:3]
}
pooled <- function(name, method, test) {
  f <- fit(data[[name]], method, test); p <- suppressWarnings(predict(f))
  q <- if (method == "EE") c(NA, NA) else interval(f)
  list(data = name, method = tolower(method), test = test, k = f$k, estimate = number(f$beta), standard_error = number(f$se),
       low = number(f$ci.lb), high = number(f$ci.ub), p_value = number(f$pval), tau2 = f$tau2,
       tau2_low = number(q[1]), tau2_high = number(q[2]), i2 = f$I2, h2 = f$H2, q = f$QE, q_p = f$QEp,
       prediction_low = if (method == "EE") NULL else number(p$pi.lb), prediction_high = if (method == "EE") NULL else number(p$pi.ub),
       weights = if (test == "z") unname(weights(f)) / 100 else NULL)
}
designs <- list(
  list(data = "bcg", name = "ablat", mods = ~ ablat), list(data = "bcg", name = c("ablat", "year"), mods = ~ ablat + year),
  list(data = "bcg", name = "alloc", mods = ~ factor(alloc)), list(data = "bcg", name = c("ablat", "alloc"), mods = ~ ablat + factor(alloc)),
  list(data = "raudenbush1985", name = "weeks", mods = ~ weeks), list(data = "molloy2014", name = "quality", mods = ~ quality),
  list(data = "molloy2014", name = c("design", "meanage"), mods = ~ factor(design) + meanage))
regression <- function(design, method, test) {
  f <- fit(data[[design$data]], method, test, design$mods); q <- if (method == "EE") c(NA, NA) else interval(f)
  list(data = design$data, moderators = as.list(design$name), method = tolower(method), test = test, k = f$k,
       estimates = as.list(unname(f$beta[, 1])), standard_errors = as.list(unname(f$se)), low = as.list(unname(f$ci.lb)), high = as.list(unname(f$ci.ub)),
       p_values = as.list(unname(f$pval)), test_statistic = f$QM, test_p = f$QMp, tau2 = f$tau2, tau2_low = number(q[1]),
       tau2_high = number(q[2]), i2 = f$I2, h2 = f$H2, q = f$QE, q_p = f$QEp, r2 = number(f$R2))
}
refits <- function(name, method, test) {
  f <- fit(data[[name]], method, test)
  # the power of ten at which every step of the search meets its stop rule
  for (threshold in 10^-(12:9)) {
    filled <- try(suppressWarnings(trimfill(f, test = test, control = list(threshold = threshold, maxiter = 1e5, tol = 1e-14, tau2.max = 1e6))), silent = TRUE)
    if (!inherits(filled, "try-error")) break
  }
  take <- function(x) list(estimate = x$estimate, standard_error = x$se, low = x$ci.lb, high = x$ci.ub, tau2 = x$tau2, i2 = x$I2, q = x$Q, q_p = x$Qp)
  i <- influence(f); s <- try(regtest(f), silent = TRUE); r <- ranktest(f)
  list(data = name, method = tolower(method), test = test, leave_one_out = take(leave1out(f)),
       cumulative = lapply(take(suppressWarnings(cumul(f))), function(x) x[-1]),
       influence = list(studentised_residual = i$inf$rstudent, dffits = i$inf$dffits, cooks_distance = i$inf$cook.d,
         covariance_ratio = i$inf$cov.r, between_study_variance_without = i$inf$tau2.del, q_without = i$inf$QE.del, hat = i$inf$hat,
         dfbetas = i$dfbs$intrcpt, is_influential = unname(i$is.infl)),
       regression_test = list(statistic = s$zval, p_value = s$pval, limit = unname(s$est), limit_low = s$ci.lb, limit_high = s$ci.ub),
       trim_and_fill = list(missing = filled$k0, side = filled$side, estimate = number(filled$beta), standard_error = number(filled$se),
         low = number(filled$ci.lb), high = number(filled$ci.ub), tau2 = filled$tau2),
       rank_test = list(rank_correlation = unname(suppressWarnings(r$tau)), rank_p_value = r$pval))
}
out <- list(program = "metafor", version = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat")),
  R = paste(R.version$major, R.version$minor, sep = "."), call = "rma(yi, vi, method, test, control = list(threshold = 1e-14 or the next that is met, maxiter = 1e5, tol = 1e-14))",
  data = lapply(data, function(d) list(estimates = as.numeric(d$yi), standard_errors = as.numeric(sqrt(d$vi)))),
  moderators = list(bcg = as.list(data$bcg[c("ablat", "year", "alloc")]), raudenbush1985 = list(weeks = data$raudenbush1985$weeks),
    molloy2014 = list(quality = data$molloy2014$quality, meanage = data$molloy2014$meanage, design = data$molloy2014$design)),
  pooled = list(), regressions = list(), refits = list())
for (name in names(data)) for (m in methods) for (t in tests) out$pooled[[length(out$pooled) + 1]] <- pooled(name, m, t)
for (design in designs) for (m in methods) for (t in tests) out$regressions[[length(out$regressions) + 1]] <- regression(design, m, t)
for (name in names(data)) for (way in list(c("REML", "z"), c("REML", "knha"), c("DL", "z"), c("DL", "adhoc")))
  out$refits[[length(out$refits) + 1]] <- refits(name, way[1], way[2])
cat(toJSON(out, auto_unbox = TRUE, digits = NA, null = "null", na = "null"), "\n")
