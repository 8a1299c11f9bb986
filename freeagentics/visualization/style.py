"""The style of the page."""

STYLE = """
.show-grid { display: grid; gap: 8px; grid-template-columns: repeat(auto-fit, minmax(min(360px, 100%), 1fr)); align-items: start; }
@media (min-width: 1180px) {
  .show-grid { grid-template-columns: 1fr 1fr minmax(280px, 0.8fr); }
  .show-wide { grid-column: span 2; }
  .show-tall { grid-column: 3; grid-row: 1 / span 4; }
}
.show-grid .v-card { margin: 0 !important; }
.show-grid .v-card__title { font-size: 0.95rem; padding: 8px 12px 0; }
.show-grid .v-card__text { padding: 4px 12px 8px; }
.show-scroll { overflow-x: auto; }
.show-status { padding: 0 2px; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
.show-grid h4 { margin: 12px 0 4px; font-weight: 600; font-size: 0.85rem; }
.show-table { border-collapse: collapse; width: 100%; font-size: 0.78rem; font-variant-numeric: tabular-nums; }
.show-table th { text-align: left; font-weight: 600; opacity: 0.7; }
.show-table th, .show-table td { padding: 2px 10px 2px 0; vertical-align: top; white-space: nowrap; }
.show-table tbody tr + tr td { border-top: 1px solid rgba(128, 128, 128, 0.2); }
.show-pairs td { white-space: normal; }
.show-pairs td:first-child { opacity: 0.7; width: 38%; }
.show-high td, .show-critical td { font-weight: 600; }
.show-belief { display: grid; grid-template-columns: 5.5em 1fr 3em; gap: 8px; align-items: center; font-size: 0.78rem; }
.show-belief b { background: rgba(128, 128, 128, 0.2); height: 10px; border-radius: 5px; overflow: hidden; }
.show-belief i { display: block; height: 100%; background: #3d85e0; }
.show-belief span:last-child { text-align: right; }
"""
