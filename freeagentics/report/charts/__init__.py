"""The report's charts: matplotlib figures as SVG that takes its colours from the page, so that one serves light, dark and paper."""
