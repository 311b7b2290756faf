//! What templates can do beside naming the plan's data: say that something is given, name an action
//! by its pin, write an expression.

use std::collections::BTreeMap;

use handlebars::{
    BlockContext, Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext,
    RenderError, RenderErrorReason, Renderable, ScopedJson,
};
use lockstep_schemas::plan::{Pin, Plan};
use lockstep_schemas::strings::{ActionPath, Expression, Repository};
use serde_json::Value;

use super::scalar;
use crate::plan::{is_lockstep_itself, own_repository};

/// What actions are pinned to.
#[derive(Debug, Clone, Default)]
pub struct Actions {
    pins: BTreeMap<Repository, Pin>,
    /// Whether Lockstep's actions stand in the project's own repository.
    own: bool,
}

impl Actions {
    /// The pins of a plan.
    pub fn of(plan: &Plan) -> Self {
        Self { pins: plan.pins.clone(), own: is_lockstep_itself(&plan.project) }
    }

    /// What `uses:` says for an action, its version as a comment behind it. Lockstep's own are
    /// called `lockstep` and `lockstep/…`.
    fn reference(&self, action: &str) -> Option<String> {
        let path = match action.strip_prefix("lockstep") {
            Some("") if self.own => return Some("$/.".to_owned()),
            Some("") => own_repository().to_owned(),
            Some(name) if name.starts_with('/') && self.own => {
                return Some(format!("$/actions{name}"));
            }
            Some(name) if name.starts_with('/') => format!("{}/actions{name}", own_repository()),
            _ => action.to_owned(),
        };
        let path: ActionPath = path.parse().ok()?;
        let repository: Vec<&str> = path.as_str().splitn(3, '/').take(2).collect();
        let pin = self.pins.get(&repository.join("/").parse::<Repository>().ok()?)?;
        let comment = pin.version.as_ref().map(|version| format!(" # {version}"));
        Some(format!("{path}@{}{}", pin.commit, comment.unwrap_or_default()))
    }
}

/// Makes the helpers known to a registry.
pub fn register(registry: &mut Handlebars<'_>, actions: Actions) {
    registry.register_helper("given", Box::new(Given));
    registry.register_helper("uses", Box::new(Uses(actions)));
    registry.register_helper("workflow", Box::new(LocalWorkflow));
    registry.register_helper("expr", Box::new(Expr));
}

/// `{{#given x}}…{{else}}…{{/given}}`: the block with `x` as `this` where it is set; and unlike
/// `#if`, an error where the data has no such key.
struct Given;

impl HelperDef for Given {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let param = helper.param(0).filter(|param| !param.is_value_missing());
        let param = param.ok_or_else(|| complaint("given", "a key that the data has"))?;
        let value = param.value();
        let is_given = match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(items) => !items.is_empty(),
            _ => true,
        };
        let template = if is_given { helper.template() } else { helper.inverse() };
        let Some(template) = template else {
            return Ok(());
        };
        if !is_given {
            return template.render(registry, context, render, out);
        }
        let mut block = BlockContext::new();
        if let Some(path) = param.context_path() {
            block.base_path_mut().clone_from(path);
        } else {
            block.set_base_value(value.clone());
        }
        render.push_block(block);
        let result = template.render(registry, context, render, out);
        render.pop_block();
        result
    }
}

/// `{{uses "actions/checkout"}}`: a third-party action, or one of Lockstep's, by its pin.
struct Uses(Actions);

impl HelperDef for Uses {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let action = text(helper, "uses")?;
        let reference = self.0.reference(action);
        out.write(&reference.ok_or_else(|| complaint("uses", "an action with a pin"))?)?;
        Ok(())
    }
}

/// `{{workflow file}}`: another workflow of the set.
struct LocalWorkflow;

impl HelperDef for LocalWorkflow {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        out.write(&format!("$/{}/{}", super::WORKFLOWS, text(helper, "workflow")?))?;
        Ok(())
    }
}

/// `{{expr "github.token"}}`: an expression, as a scalar.
struct Expr;

impl HelperDef for Expr {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let expression = Expression::new(text(helper, "expr")?);
        Ok(Value::String(scalar::quote(&expression.to_string())).into())
    }
}

fn text<'a>(helper: &'a Helper<'_>, name: &'static str) -> Result<&'a str, RenderError> {
    let param = helper.param(0).and_then(|param| param.value().as_str());
    param.ok_or_else(|| complaint(name, "text"))
}

fn complaint(helper: &'static str, wants: &'static str) -> RenderError {
    RenderErrorReason::ParamTypeMismatchForName(helper, "0".to_owned(), wants.to_owned()).into()
}
