# Mixed model for repeated measures: nlme::gls, lme4 + lmerTest + pbkrtest (compound symmetry), emmeans.
# Run from the root: Rscript reference/mmrm_nlme/run.R > reference/mmrm_nlme/values.json
# (Debian packages r-cran-nlme, r-cran-lme4, r-cran-lmertest, r-cran-pbkrtest, r-cran-emmeans, r-cran-jsonlite)
suppressMessages({library(nlme); library(lme4); library(lmerTest); library(pbkrtest); library(emmeans); library(jsonlite)})
options(warn = 1, contrasts = c("contr.treatment", "contr.poly"))
made_up <- function(seed, n, visits, leave) {    # simulated people who leave, some of whom come back once
  set.seed(seed); T <- length(visits)
  arm <- rep(0:1, length.out = n); site <- sample(c("a", "b", "c"), n, TRUE); age <- round(rnorm(n, 60, 9)); base <- round(rnorm(n, 38, 5))
  b <- rnorm(n, 0, 1.5); sl <- rnorm(n, -1 + 0.4 * arm, 0.6)
  y <- b + outer(sl, visits) + 0.1 * (base - 38) + (site == "b") + matrix(rnorm(n * T, 0, 1.2), n) * rep(1 + 0.15 * seq_len(T), each = n)
  y <- round(y, 2); gone <- matrix(runif(n * T) < leave, n); gone <- t(apply(gone, 1, cummax)) == 1
  gone[1:3, ] <- FALSE; back <- cbind(4:7, T); gone[back] <- FALSE; gone[cbind(8:11, 2)] <- TRUE
  d <- data.frame(id = rep(seq_len(n), T), visit = rep(seq_len(T), each = n), arm, site, age, base, y = c(y))
  d <- d[!c(gone), ]; d[order(d$id, d$visit), ]
}
sets <- list(trial = made_up(1, 60, c(2, 4, 6, 9), 0.12), small = made_up(2, 18, c(3, 6, 12), 0.05))
o <- as.data.frame(Orthodont)
sets$orthodont <- data.frame(id = as.integer(factor(o$Subject)), visit = (o$age - 6) / 2, arm = as.integer(o$Sex == "Female"), site = "a", age = 0, base = 0, y = o$distance)
formulas <- list(trial = y ~ 0 + v + v:arm + v:base + age + site, small = y ~ 0 + v + v:arm + v:base, orthodont = y ~ 0 + v + v:arm)
controls <- list(glsControl(maxIter = 500, msMaxIter = 5000, tolerance = 1e-12, msTol = 1e-14, opt = "nlminb"),
                 glsControl(maxIter = 500, msMaxIter = 5000, tolerance = 1e-12, msTol = 1e-14, opt = "optim", optimMethod = "BFGS"))
hetero <- varIdent(form = ~ 1 | v)
order_of <- function(d) length(unique(d$visit)) - 1   # an autoregression of this order is any Toeplitz matrix
correlations <- list(un = function(d) corSymm(form = ~ visit | id), cs = function(d) corCompSymm(0.3, form = ~ visit | id),
  ar1 = function(d) corAR1(0.3, form = ~ visit | id), toep = function(d) corARMA(c(0.3, rep(0.05, order_of(d) - 1)), form = ~ visit | id, p = order_of(d)))
shapes <- c("un", "cs", "csh", "ar1", "ar1h", "toep", "toeph")
fit <- function(s, f, d, m) {                        # the better of two optimisers
  try_one <- function(ctl) tryCatch({
    cor <- correlations[[sub("h$", "", s)]](d)
    if (s == "un" || grepl("h$", s)) gls(f, d, correlation = cor, weights = hetero, method = m, control = ctl) else gls(f, d, correlation = cor, method = m, control = ctl)
  }, error = function(e) { message(m, " ", s, ": ", conditionMessage(e)); NULL })
  found <- Filter(Negate(is.null), lapply(controls, try_one))
  if (length(found)) found[[which.max(sapply(found, function(g) as.numeric(logLik(g))))]]
}
line_of <- function(b, w) { l <- setNames(rep(0, length(b)), names(b)); k <- grep(":arm$", names(b)); l[k] <- w; l }
contrast <- function(b, V, w) { l <- line_of(b, w); c(sum(l * b), sqrt(drop(t(l) %*% V %*% l))) }
one <- function(name) {
  d <- sets[[name]]; d$v <- factor(d$visit); d$fid <- factor(d$id); T <- nlevels(d$v); last <- as.numeric(1:T == T)
  full <- d$id[ave(d$visit, d$id, FUN = length) == T][1]
  fits <- list()
  for (m in c("REML", "ML")) for (s in shapes) {
    g <- fit(s, formulas[[name]], d, m)
    if (is.null(g)) next
    late <- order(grepl("^age|^site", names(coef(g))))   # R puts main effects first
    V <- g$varBeta * (if (m == "ML") (nrow(d) - length(coef(g))) / nrow(d) else 1)   # gls enlarges it under ML; the plain (X'WX)^-1 is kept
    fits[[length(fits) + 1]] <- list(method = tolower(m), covariance = s, log_likelihood = as.numeric(logLik(g)), fixed_effects = unname(coef(g))[late],
      errors = unname(sqrt(diag(V)))[late], sigma = unname(unclass(getVarCov(g, individual = as.character(full)))[1:T, 1:T]),
      last = contrast(coef(g), V, last), average = contrast(coef(g), V, rep(1 / T, T)))
  }
  # random intercept: compound symmetry with a covariance that is not negative
  f <- update(formulas[[name]], . ~ . + (1 | fid))
  ctl <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5), calc.derivs = FALSE)
  m <- lmerTest::lmer(f, d, REML = TRUE, control = ctl); b <- lme4::fixef(m)
  intercept <- lapply(list(last = last, average = rep(1 / T, T)), function(w) {
    l <- line_of(b, w); s <- lmerTest::contest1D(m, l); Va <- vcovAdj(m)
    list(estimate = s$Estimate, error = s$`Std. Error`, satterthwaite = s$df, adjusted_error = sqrt(drop(as.matrix(t(l) %*% Va %*% l))),
         kenward_roger = Lb_ddf(l, vcov(m), Va)) })
  intercept$log_likelihood <- as.numeric(logLik(m)); intercept$variances <- as.data.frame(VarCorr(m))$vcov
  d$armf <- factor(d$arm); ff <- list(trial = y ~ v * armf + v * base + age + site, small = y ~ v * armf + v * base, orthodont = y ~ v * armf)[[name]]
  environment(ff) <- environment()
  g <- fit("un", ff, d, "REML"); g$call$model <- ff; g$call$data <- d
  e <- as.data.frame(emmeans(g, ~ armf | v, data = d, mode = "asymptotic")); e <- e[order(e$v, e$armf), ]
  keep <- d[, c("id", "visit", "arm", "site", "age", "base", "y")]
  list(data = as.list(keep), fits = fits, random_intercept = intercept, means = list(estimate = e$emmean, error = e$SE))
}
version <- function(p) as.character(packageVersion(p))
out <- list(R = as.character(getRversion()), versions = sapply(c("nlme", "lme4", "lmerTest", "pbkrtest", "emmeans"), version, simplify = FALSE),
            sets = sapply(names(sets), one, simplify = FALSE))
cat(toJSON(out, digits = 12, auto_unbox = TRUE, matrix = "rowmajor"), "\n")
