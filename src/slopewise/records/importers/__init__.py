"""Files to rows and an ImportReport; importers never write."""
