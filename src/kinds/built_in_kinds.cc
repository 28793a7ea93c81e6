#include "dse/tables.h"
#include "kinds/echo.h"
#include "kinds/ensemble.h"
#include "kinds/gateway_export.h"
#include "kinds/gateway_import.h"
#include "kinds/message_source.h"
#include "kinds/model.h"
#include "kinds/production_source.h"
#include "kinds/program.h"
#include "kinds/synthetic_source.h"
#include "kinds/training_generator.h"
#include "kinds/watch.h"
#include "learn/built_in_learners.h"

namespace dse {

Tables built_in_tables() {
  Tables tables;
  for (const auto& kind : {training_generator_kind, production_source_kind, message_source_kind,
                           synthetic_source_kind, model_kind, echo_kind, watch_kind, ensemble_kind,
                           program_kind, gateway_export_kind, gateway_import_kind}) {
    tables.kinds.add(kind());
  }
  tables.learners = built_in_learners();
  return tables;
}

}  // namespace dse
