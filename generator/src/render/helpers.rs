//! What templates can do beside naming the plan's data: say that something is given, name an action
//! by its pin, write an expression.

use std::collections::HashMap;

use handlebars::{
    BlockContext, Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext,
    RenderError, RenderErrorReason, Renderable, ScopedJson,
};
use lockstep_schemas::plan::{Pin, Plan};
use lockstep_schemas::strings::Expression;
use serde::Serialize;
use serde_json::{Map, Value};

use super::scalar;
use crate::plan::{is_lockstep_itself, own_repository};

/// Where a template's data holds its [`Actions`].
pub const ACTIONS: &str = "actions";

/// What actions are pinned to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Actions {
    /// What follows the `@` of each repository's actions, by the repository.
    pins: HashMap<String, String>,
    /// Whether Lockstep's actions stand in the project's own repository.
    own: bool,
}

impl Actions {
    /// The pins of a plan.
    pub fn of(plan: &Plan) -> Self {
        let reference = |pin: &Pin| match &pin.version {
            Some(version) => format!("{} # {version}", pin.commit),
            None => pin.commit.to_string(),
        };
        let pins = plan.pins.iter().map(|(name, pin)| (name.to_string(), reference(pin)));
        Self { pins: pins.collect(), own: is_lockstep_itself(&plan.project) }
    }

    /// What a template's data holds of them.
    fn in_data(context: &Context) -> Option<(bool, &Map<String, Value>)> {
        let actions = context.data().get(ACTIONS)?;
        Some((actions.get("own")?.as_bool()?, actions.get("pins")?.as_object()?))
    }

    /// What `uses:` says for an action, its version as a comment behind it. Lockstep's own are
    /// called `lockstep` and `lockstep/…`.
    fn reference(context: &Context, action: &str) -> Option<String> {
        let (is_own, pins) = Self::in_data(context)?;
        let own = action
            .strip_prefix("lockstep")
            .filter(|rest| matches!(rest.chars().next(), None | Some('/')));
        let path = match own {
            Some("") if is_own => return Some("$/.".to_owned()),
            Some(name) if is_own => return Some(format!("$/actions{name}")),
            Some("") => own_repository().to_owned(),
            Some(name) => format!("{}/actions{name}", own_repository()),
            None => action.to_owned(),
        };
        let mut parts = path.splitn(3, '/');
        let repository = format!("{}/{}", parts.next()?, parts.next()?);
        Some(format!("{path}@{}", pins.get(&repository)?.as_str()?))
    }
}

/// Makes the helpers known to a registry.
pub fn register(registry: &mut Handlebars<'_>) {
    registry.register_helper("given", Box::new(Given));
    for helper in [USES, WORKFLOW, EXPR] {
        registry.register_helper(helper.name, Box::new(helper));
    }
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

/// A helper that makes one text of another.
struct TextHelper {
    name: &'static str,
    wants: &'static str,
    make: fn(&Context, &str) -> Option<String>,
}

impl HelperDef for TextHelper {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let text = helper.param(0).and_then(|param| param.value().as_str());
        let made = text.and_then(|text| (self.make)(context, text));
        made.map(|made| Value::String(made).into()).ok_or_else(|| complaint(self.name, self.wants))
    }
}

/// `{{uses "actions/checkout"}}`: a third-party action, or one of Lockstep's, by its pin.
const USES: TextHelper =
    TextHelper { name: "uses", wants: "an action with a pin", make: Actions::reference };

/// `{{workflow file}}`: another workflow of the set.
const WORKFLOW: TextHelper = TextHelper {
    name: "workflow",
    wants: "a file's name",
    make: |_, file| Some(format!("$/{}/{file}", super::WORKFLOWS)),
};

/// `{{expr "github.token"}}`: an expression, as a scalar.
const EXPR: TextHelper = TextHelper {
    name: "expr",
    wants: "an expression",
    make: |_, text| Some(scalar::quote(&Expression::new(text).to_string())),
};

fn complaint(helper: &'static str, wants: &'static str) -> RenderError {
    RenderErrorReason::ParamTypeMismatchForName(helper, "0".to_owned(), wants.to_owned()).into()
}
