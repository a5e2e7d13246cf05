# The three-level model by metafor's rma.mv on public tables of metadat, its stop rule tightened.
# Run: Rscript run.R > values.json   (Debian packages r-cran-metafor, r-cran-metadat, r-cran-jsonlite)
suppressMessages({library(metafor); library(metadat); library(jsonlite)})

bornmann <- escalc(measure = "OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal,
                   data = dat.bornmann2007)
assink <- dat.assink2016
sets <- list(
  konstantopoulos2011 = with(dat.konstantopoulos2011, data.frame(y = yi, v = vi, study = district, m = year - 1990)),
  bornmann2007 = with(bornmann, data.frame(y = c(yi), v = vi, study = study, m = as.numeric(type == "Grant"))),
  assink2016 = with(assink, data.frame(y = c(yi), v = vi, study = study, m = pubstatus)))
sets$one_level_only <- with(sets$konstantopoulos2011, data.frame(y = round(y - ave(y, study), 3), v = v, study = study, m = m))

# No optimiser ends well on every table when its stop rule is tight: the highest of several is taken.
controls <- list(list(optimizer = "bobyqa", rhobeg = 0.5, rhoend = 1e-9), list(optimizer = "nlminb", rel.tol = 1e-11),
                 list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15), list())
best <- function(run) {
  all <- Filter(Negate(is.null), lapply(controls, function(k) tryCatch(suppressWarnings(list(
    z = run(k, "z"), t = run(k, "t"))), error = function(e) NULL)))
  all[[which.max(sapply(all, function(f) c(logLik(f$z))))]]
}

# confint() at times ends at no root (assink2016, ML): a bound whose fall is not half a chi-squared is
# looked for again with rma.mv itself, that variance held
checked <- function(d, method, r, i, bounds) {
  fall <- function(s) {
    held <- c(NA, NA); held[i] <- s
    2 * (c(logLik(r)) - c(logLik(rma.mv(y, v, random = ~ 1 | study/effect, data = d, method = method, sigma2 = held)))) -
      qchisq(.95, 1)
  }
  for (j in 1:2) if (bounds[j] > 0 && abs(fall(bounds[j])) > 1e-3) {
    ends <- if (j == 1) c(r$sigma2[i] / 10, r$sigma2[i]) else c(r$sigma2[i], 10 * r$sigma2[i])
    bounds[j] <- uniroot(fall, ends, tol = 1e-10)$root
  }
  bounds
}

fit <- function(d, method, moderator) {
  d$effect <- seq_len(nrow(d))
  mods <- if (moderator) ~ m else ~ 1
  r <- best(function(control, test) rma.mv(y, v, mods = mods, random = ~ 1 | study/effect, data = d,
                                           method = method, test = test, control = control))
  t <- r$t; r <- r$z
  W <- diag(1 / d$v); X <- model.matrix(r); P <- W - W %*% X %*% solve(t(X) %*% W %*% X) %*% t(X) %*% W
  typical <- (r$k - r$p) / sum(diag(P))
  out <- list(method = method, moderator = moderator, beta = c(r$beta), se = r$se, low = r$ci.lb, high = r$ci.ub,
    low_t = t$ci.lb, high_t = t$ci.ub, sigma2 = r$sigma2, loglik = c(logLik(r)), q = r$QE, q_p = r$QEp,
    i2 = 100 * r$sigma2 / (sum(r$sigma2) + typical))
  if (!moderator) {
    pi <- predict(r); out$prediction <- c(pi$pi.lb, pi$pi.ub)
    ci <- suppressWarnings(confint(r, control = list(tol = 1e-10)))
    out$profile <- lapply(1:2, function(i) checked(d, method, r, i, unname(ci[[i]]$random[1, 2:3])))
  }
  out
}
fits <- lapply(names(sets), function(k) list(name = k, fits = list(fit(sets[[k]], "REML", FALSE),
  fit(sets[[k]], "ML", FALSE), fit(sets[[k]], "REML", TRUE))))
cat(toJSON(list(r = R.version.string, metafor = as.character(packageVersion("metafor")),
  metadat = as.character(packageVersion("metadat")), data = lapply(sets, as.list), fits = fits),
  auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
