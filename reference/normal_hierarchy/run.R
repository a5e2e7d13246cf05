# The mean of a normal-normal hierarchy with a half-normal spread, by base R's adaptive integrate().
# Rscript reference/normal_hierarchy/run.R > reference/normal_hierarchy/values.json
prior_sd <- 10
scale <- 0.25

posterior <- function(y, s) {
  one <- function(tau, upto) {
    w <- 1 / (s^2 + tau^2)
    precision <- sum(w) + prior_sd^-2
    centre <- sum(w * y) / precision
    # density of y given tau: the marginal normal with covariance diag(v) + prior_sd^2
    V <- diag(s^2 + tau^2, nrow = length(y)) + prior_sd^2
    density <- exp(-0.5 * drop(t(y) %*% solve(V, y)) - 0.5 * determinant(V)$modulus[1])
    density * 2 * dnorm(tau, 0, scale) * pnorm(upto, centre, precision^-0.5)
  }
  area <- function(upto) {
    f <- Vectorize(function(tau) one(tau, upto))
    cuts <- c(0, 0.02, 0.1, 0.25, 0.5, 1, 2.25)
    sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-12)$value, cuts[-7], cuts[-1]))
  }
  whole <- area(Inf)
  quantile_of <- function(p) {
    uniroot(function(m) area(m) / whole - p, range(y) + c(-8, 8), tol = 1e-11)$root
  }
  sapply(c(0.025, 0.5, 0.975), quantile_of)
}

cases <- list(
  oh_alone = list(y = 0.521604938271605, s = 0.11806116482981555),
  oh_and_null = list(y = c(0.52, 0.06), s = c(0.12, 0.10)),
  agreeing = list(y = c(0.20, 0.22, 0.18), s = c(0.10, 0.15, 0.20)),
  against = list(y = c(-0.4, 0.1, -0.2, 0.6), s = c(0.2, 0.05, 0.3, 0.4))
)
told <- sapply(names(cases), function(name) {
  one <- cases[[name]]
  got <- sprintf("%.12g", posterior(one$y, one$s))
  sprintf('  "%s": {"estimates": [%s], "standard_errors": [%s], "low": %s, "median": %s, "high": %s}',
          name, paste(sprintf("%.16g", one$y), collapse = ", "),
          paste(sprintf("%.16g", one$s), collapse = ", "), got[1], got[2], got[3])
})
cat("{\n", paste(told, collapse = ",\n"), "\n}\n", sep = "")
