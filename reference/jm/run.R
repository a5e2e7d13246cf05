# The mixed models from which JM starts, by nlme::lme with REML as JM's users fit them: JM keeps the
# quadrature nodes that these fits give for the whole of its search.
# Run: Rscript run.R FOLDER_OF_DATA > starts.json      (Debian packages r-cran-nlme, r-cran-jsonlite)
suppressMessages({library(nlme); library(jsonlite)})
folder <- commandArgs(trailingOnly = TRUE)[1]
aids <- read.csv(file.path(folder, "jm_aids.csv")); aids$patient <- factor(aids$patient, unique(aids$patient))
aids$ddI <- as.numeric(aids$drug == "ddI")
pbc2 <- read.csv(file.path(folder, "jm_pbc2.csv")); pbc2$id <- factor(pbc2$id, unique(pbc2$id))
pbc2$pen <- as.numeric(pbc2$drug == "D-penicil")
told <- function(f) {
  v <- as.matrix(f$modelStruct$reStruct[[1]]) * f$sigma^2; s <- sqrt(diag(v))
  list(call = paste(deparse(f$call), collapse = " "), fixed = as.list(fixef(f)), sd_level = s[[1]], sd_slope = s[[2]],
       correlation = v[1, 2] / (s[[1]] * s[[2]]), residual_sd = f$sigma, reml_log_likelihood = as.numeric(logLik(f)))
}
control <- lmeControl(tolerance = 1e-10, msTol = 1e-12, maxIter = 500, msMaxIter = 500)
out <- list(program = "nlme", version = as.character(packageVersion("nlme")),
  aids_root = told(lme(sqrt(CD4) ~ obstime + obstime:ddI, random = ~ obstime | patient, data = aids, control = control)),
  aids_plain = told(lme(CD4 ~ obstime * ddI, random = ~ obstime | patient, data = aids, control = control)),
  pbc2 = told(lme(log(serBilir) ~ pen * year, random = ~ year | id, data = pbc2, control = control)))
cat(toJSON(out, auto_unbox = TRUE, digits = 10, pretty = TRUE))
