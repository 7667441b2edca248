"""The HTTP face of Miaoban: which audience has which routes."""

from chalice import Chalice  # type: ignore[attr-defined]

from functions.api import (
    applicant,
    cases,
    catalogue,
    department,
    guides,
    imports,
    materials,
    officer,
    public,
    sources,
    steward,
    supervisor,
)

app = Chalice(app_name="miaoban", configure_logs=False)
app.register_blueprint(public.routes)
app.register_blueprint(catalogue.routes)
app.register_blueprint(guides.routes)
app.register_blueprint(sources.routes)
app.register_blueprint(applicant.routes)
app.register_blueprint(cases.routes)
app.register_blueprint(materials.routes)
app.register_blueprint(officer.routes)
app.register_blueprint(supervisor.routes)
app.register_blueprint(department.routes)
app.register_blueprint(steward.routes)
app.register_blueprint(imports.routes)
