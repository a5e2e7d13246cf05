# Proportions of one study and of several by other programs.
# Run: Rscript run.R > values.json
# (Debian packages r-cran-metafor, r-cran-metadat, r-cran-lme4, r-cran-vgam, r-cran-numderiv, r-cran-jsonlite)
# Public tables of metadat, and made-up sparse ones. `own_*` are the models' likelihoods written out
# here a second time (integrate(), lbeta()) and climbed by nlminb: the programs stop about 1e-5 away.
suppressMessages({library(metafor); library(metadat); library(lme4); library(VGAM); library(numDeriv); library(jsonlite)})
expit <- plogis

kept <- function(x, n) { ok <- !is.na(x) & !is.na(n); list(x = round(x[ok]), n = n[ok]) }
no_contact <- subset(dat.hasselblad1998, trt == "no_contact")
data <- list(
  pritz1997 = kept(dat.pritz1997$xi, dat.pritz1997$ni),
  debruin2009 = kept(dat.debruin2009$xi, dat.debruin2009$ni),
  hannum2020 = kept(dat.hannum2020$xi, dat.hannum2020$ni),
  hine1989 = kept(dat.hine1989$ai, dat.hine1989$n1i),
  hasselblad1998 = kept(no_contact$xi, no_contact$ni),
  bcg_control = kept(dat.bcg$cpos, dat.bcg$cpos + dat.bcg$cneg),
  sparse = list(x = c(0, 0, 1, 0, 4, 0), n = c(12, 43, 20, 8, 30, 26)),
  one_event = list(x = c(0, 0, 1, 0), n = c(67, 11, 19, 26)),
  alike = list(x = c(3, 5, 2, 4), n = c(31, 48, 22, 40)))

integral <- function(x, n, u, s) {
  f <- function(z, lift) exp(dbinom(x, n, expit(u + s * z), log = TRUE) + dnorm(z, log = TRUE) - lift)
  top <- optimize(function(z) dbinom(x, n, expit(u + s * z), log = TRUE) + dnorm(z, log = TRUE),
                  c(-12, 12), maximum = TRUE, tol = 1e-10)
  w <- 1 / sqrt(1 + s^2 * n * expit(u + s * top$maximum) * (1 - expit(u + s * top$maximum)))
  parts <- c(-40, -12, -6, -3, 0, 3, 6, 12, 40) * w + top$maximum
  sum(sapply(seq_along(parts[-1]), function(i)
    integrate(f, parts[i], parts[i + 1], lift = top$objective, rel.tol = 1e-12, abs.tol = 0,
              stop.on.error = FALSE)$value)) |> log() + top$objective
}
glmm_height <- function(d) function(p) -sum(mapply(integral, d$x, d$n, p[1], abs(p[2])))
beta_height <- function(d) function(p) {
  m <- expit(p[1]); s <- exp(-p[2])  # p[2] is the logit of the correlation
  a <- m * s; b <- (1 - m) * s
  -sum(lchoose(d$n, d$x) + lbeta(d$x + a, d$n - d$x + b) - lbeta(a, b))
}
climb <- function(height, start) {
  f <- nlminb(start, height, control = list(rel.tol = 1e-15, x.tol = 1e-12, iter.max = 500))
  p <- f$par
  for (i in 1:4) p <- p - solve(hessian(height, p), grad(height, p))
  list(par = p, se = sqrt(diag(solve(hessian(height, p)))), loglik = -height(p))
}

own <- function(d, regular) {
  u0 <- qlogis(sum(d$x) / sum(d$n))
  if (!regular) {
    g <- glm(cbind(d$x, d$n - d$x) ~ 1, family = binomial, control = list(epsilon = 1e-14))
    one <- list(logit = unname(coef(g)), se = unname(sqrt(vcov(g)[1])), spread = 0, loglik = c(logLik(g)))
    return(list(glmm = one, beta = list(logit = one$logit, rho = 0, loglik = one$loglik)))
  }
  g <- climb(glmm_height(d), c(u0, 0.7)); b <- climb(beta_height(d), c(u0, -2))
  list(glmm = list(logit = g$par[1], spread = abs(g$par[2]), se = g$se[1], loglik = g$loglik),
       beta = list(logit = b$par[1], rho = expit(b$par[2]), se = b$se[1], loglik = b$loglik))
}

beta_profile <- function(d, b) {  # profile interval of the mean proportion
  height <- beta_height(d)
  lacks <- function(u) b$loglik - qchisq(.95, 1) / 2 +
    optimize(function(v) height(c(u, v)), c(-16, 8), tol = 1e-12)$objective
  expit(c(uniroot(lacks, c(b$logit - 6, b$logit), tol = 1e-12)$root,
          uniroot(lacks, c(b$logit, b$logit + 6), tol = 1e-12)$root))
}

programs <- function(d) {
  x <- d$x; n <- d$n; id <- seq_along(x)
  m <- try(suppressWarnings(rma.glmm(measure = "PLO", xi = x, ni = n, nAGQ = 7,
    control = list(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))), silent = TRUE)
  g <- suppressWarnings(suppressMessages(glmer(cbind(x, n - x) ~ 1 + (1 | id), family = binomial, nAGQ = 25,
    control = glmerControl("bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))))
  v <- try(vglm(cbind(x, n - x) ~ 1, betabinomial, epsilon = 1e-12, maxit = 200), silent = TRUE)
  list(metafor = if (inherits(m, "try-error")) NULL else
         list(logit = c(m$beta), se = m$se, tau2 = m$tau2),
       lme4 = list(logit = unname(fixef(g)), se = unname(sqrt(vcov(g)[1])), spread = unname(g@theta)),
       VGAM = if (inherits(v, "try-error")) NULL else
         list(logit = unname(coef(v)[1]), rho = expit(unname(coef(v)[2])), loglik = logLik(v)))
}

regular <- setdiff(names(data), c("alike", "hine1989"))  # these two lie on the boundary
fits <- lapply(names(data), function(k) {
  o <- own(data[[k]], k %in% regular)
  if (k %in% regular) o$beta$profile <- beta_profile(data[[k]], o$beta)
  list(name = k, own = o, programs = programs(data[[k]]),
       exact = c(binom.test(sum(data[[k]]$x), sum(data[[k]]$n))$conf.int))
})
one <- lapply(list(c(0, 67), c(1, 43), c(0, 10), c(5, 5), c(3, 17), c(43, 111)), function(p) {
  upper <- binom.test(p[1], p[2], alternative = "less")$conf.int[2]
  wilson <- prop.test(p[1], p[2], correct = FALSE)$conf.int
  list(events = p[1], total = p[2], exact = c(binom.test(p[1], p[2])$conf.int), upper = upper, wilson = c(wilson))
})
rates <- lapply(list(c(0, 120), c(3, 41.5), c(17, 200)), function(p)
  list(events = p[1], months = p[2], exact = c(poisson.test(p[1], p[2])$conf.int),
       upper = poisson.test(p[1], p[2], alternative = "less")$conf.int[2]))
versions <- sapply(c("metafor", "metadat", "lme4", "VGAM", "numDeriv"), function(p) as.character(packageVersion(p)))
cat(toJSON(list(r = R.version.string, versions = as.list(versions), data = data, fits = fits, one = one,
                rates = rates), auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
