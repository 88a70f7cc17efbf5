/*
 * The table of the dummy model; rules.h explains it. Put a new row in front of every row that would
 * also match its titles, and try it with "senserve --explain 'The Title'".
 */
#include "senserve/rules.h"

#include <stddef.h>

#define C_LEVEL "ceo/cfo/coo/cto/cio/ciso/chro"
#define LAWYER "lawyer/attorney/counsel/solicitor/barrister"
#define BOSS "ceo/cfo/coo/cto/cio/cmo/ciso/president/chief/director/directors/vp/head/partner/partners/chairman"

const char *const rules_cuts[] = {
	"to the/our/a/an/fill", "to " BOSS,          "for the/our",     "for " BOSS,
	"reporting/reports to", "office/offices of", C_LEVEL " office", NULL,
};

const struct rule rules_table[] = {
	/* Who runs the trainees is not one; who is one is nothing else. */
	{LEVEL_MANAGER, "intern/internship/apprentice/apprenticeship/trainee/student program manager/director/lead"},
	{LEVEL_MANAGER, "interns/trainees/apprentices * manager/supervisor"},
	{LEVEL_JUNIOR, "internship/apprenticeship/student coordinator/advisor/adviser/counselor/recruiter"},
	{LEVEL_ENTRY, "intern/interns/internship/trainee/trainees/apprentice/apprenticeship/extern/externship"},
	{LEVEL_ENTRY, "praktikant/praktikantin/praktikum/werkstudent/werkstudentin/azubi/stagiaire/becario"},
	{LEVEL_ENTRY, "in training"},
	{LEVEL_ENTRY, "entry level"},
	{LEVEL_ENTRY, "student worker/assistant/nurse/volunteer/aide"},
	{LEVEL_ENTRY, "^student."},
	{LEVEL_ENTRY, "volunteer/volunteers."},

	/* People who work for somebody whose rank is in their title. */
	{LEVEL_ASSOCIATE, "physician assistant/assistants/associate"},
	{LEVEL_JUNIOR, "executive/personal/administrative/admin/legislative/staff/legal assistant/assistants"},
	{LEVEL_JUNIOR, "assistant/assistants."},
	{LEVEL_JUNIOR, "executive/legal/private/medical secretary"},
	{LEVEL_JUNIOR, "founder/founders/founder s associate/assistant"},
	{LEVEL_JUNIOR, C_LEVEL " s office/assistant"},
	{LEVEL_JUNIOR, "^" C_LEVEL " office"},
	{LEVEL_ASSOCIATE, C_LEVEL " advisory/services/adviser/advisor"},

	{LEVEL_DIRECTOR, "junior partner"},
	{LEVEL_JUNIOR, "junior/jr"},

	/* Vice presidents come before presidents, and deputies before those they stand in for. */
	{LEVEL_EXECUTIVE, "senior/sr/executive/group vice president/presidents"},
	{LEVEL_EXECUTIVE, "svp/evp"},
	{LEVEL_EXECUTIVE, "senior/sr/executive/group vp"},
	{LEVEL_MANAGER, "assistant/associate vice president"},
	{LEVEL_MANAGER, "assistant/associate vp"},
	{LEVEL_MANAGER, "avp"},
	{LEVEL_EXECUTIVE, "vice chair/chairman/chairwoman/chairperson"},
	{LEVEL_DIRECTOR, "vice president"},
	{LEVEL_DIRECTOR, "vice principal/dean/chancellor"},
	{LEVEL_DIRECTOR, "vp"},
	{LEVEL_EXECUTIVE, "deputy/assistant/associate/vice " C_LEVEL},
	{LEVEL_EXECUTIVE, "deputy/assistant/associate chief * officer"},

	/* 7: those who answer for the whole company. */
	{LEVEL_MANAGER, "chief warrant/petty officer"},
	{LEVEL_DIRECTOR, "chief of staff"},
	{LEVEL_SENIOR_EXECUTIVE, "chief * officer"},
	{LEVEL_SENIOR_EXECUTIVE, "chief executive"},
	{LEVEL_JUNIOR, "engagement officer"}, /* "Constituent Engagement Officer (CEO)" */
	{LEVEL_SENIOR_EXECUTIVE, C_LEVEL},
	{LEVEL_SENIOR_EXECUTIVE, "^cmo"},          /* maybe a Certificate Management Office */
	{LEVEL_SENIOR_EXECUTIVE, "c e/f/o/t/i o"}, /* C.E.O. */
	{LEVEL_SENIOR_EXECUTIVE, "chairman/chairwoman/chairperson"},
	{LEVEL_SENIOR_EXECUTIVE, "president"},
	{LEVEL_SENIOR_EXECUTIVE, "cofounder/founder"},
	{LEVEL_SENIOR_EXECUTIVE, "geschäftsführer/geschäftsführerin/pdg"},

	/* 6: partners, heads of a whole business or function. */
	{LEVEL_EXECUTIVE, "managing/executive director/directors"},
	{LEVEL_EXECUTIVE, "managing partner/principal/member"},
	{LEVEL_EXECUTIVE,
     "equity/general/senior/founding/law/tax/audit/advisory/consulting/litigation/venture/investment partner."},
	{LEVEL_EXECUTIVE, LAWYER " partner."},
	{LEVEL_EXECUTIVE, "^partner."},
	{LEVEL_ASSOCIATE, "partner."}, /* HR Business Partner, Talent Partner */
	{LEVEL_DIRECTOR, "deputy/associate/assistant general counsel"},
	{LEVEL_EXECUTIVE, "general counsel"},
	{LEVEL_MANAGER, "deputy/assistant attorney general"},
	{LEVEL_EXECUTIVE, "attorney/inspector/surgeon general."},
	{LEVEL_EXECUTIVE, "superintendent of schools"},
	{LEVEL_DIRECTOR, "deputy/assistant/associate commissioner/treasurer/provost"},
	{LEVEL_EXECUTIVE, "commissioner/treasurer/provost"},
	{LEVEL_EXECUTIVE, "^owner."},
	{LEVEL_EXECUTIVE, "business owner."},

	/*
	 * "Director of Engineering" heads a function: 6. "Communications Director" is a typical level
	 * 5.
	 */
	{LEVEL_MANAGER, "assistant director"},
	{LEVEL_DIRECTOR, "associate/deputy director"},
	{LEVEL_DIRECTOR, "deputy * director"},
	{LEVEL_ASSOCIATE, "funeral director/directors"},
	{LEVEL_EXECUTIVE, "director/directors of"},
	{LEVEL_EXECUTIVE, "senior/sr/group director"},
	{LEVEL_DIRECTOR, "director/directors/directora/directeur/directrice/direktor"},

	/* 5: heads of a department. */
	{LEVEL_ASSOCIATE, "head start"}, /* a school programme */
	{LEVEL_DIRECTOR, "head of"},
	{LEVEL_JUNIOR, "waiter/waitress/cook/cashier * head"},
	{LEVEL_ASSOCIATE, "assistant head"},
	{LEVEL_DIRECTOR, "department/global/regional/practice head"},
	{LEVEL_MANAGER, "head"}, /* coach, chef, nurse */
	{LEVEL_MANAGER, "crew/assistant/deputy chief"},
	{LEVEL_DIRECTOR, "chief/chiefs"},
	{LEVEL_MANAGER, "assistant general manager"},
	{LEVEL_DIRECTOR, "general/country manager"},
	{LEVEL_MANAGER, "associate/assistant dean/principal"},
	{LEVEL_DIRECTOR, "dean"},
	{LEVEL_DIRECTOR, "school principal"},
	{LEVEL_DIRECTOR, "^principal."},
	{LEVEL_DIRECTOR, "comptroller"},
	{LEVEL_MANAGER, "assistant/deputy controller"},
	{LEVEL_DIRECTOR, "financial/corporate/group/division controller"},
	{LEVEL_DIRECTOR, "executive producer"},
	{LEVEL_DIRECTOR, "executive officer"},

	/* 4: those who lead people or an account. */
	{LEVEL_ASSOCIATE, "assistant/associate/deputy manager/mgr"},
	{LEVEL_ASSOCIATE, "assistant * manager/mgr"},
	{LEVEL_MANAGER, "manager/managers/mgr/managing/gerente/responsable"},
	{LEVEL_MANAGER, "supervisor/supervisors/supervisory"},
	{LEVEL_MANAGER, "superintendent/foreman/forewoman/foreperson"},
	{LEVEL_MANAGER, "lead/leading * " LAWYER},
	{LEVEL_MANAGER, "team/group/squad lead/leader"},
	{LEVEL_MANAGER, "teamleiter/abteilungsleiter/projektleiter"},
	{LEVEL_MANAGER, "chef de"},
	{LEVEL_MANAGER, "executive/sous chef"},
	{LEVEL_MANAGER, "principal"},
	{LEVEL_ASSOCIATE, "deputy/assistant press secretary"},
	{LEVEL_MANAGER, "press secretary"},
	{LEVEL_MANAGER, "captain"},

	/* 3: those who are experienced, or had to study long. */
	{LEVEL_JUNIOR, "lead generation"},
	{LEVEL_JUNIOR, "senior living/care/citizen/citizens/center/services"},
	{LEVEL_JUNIOR, "senior/sr/lead paralegal"},
	{LEVEL_ASSOCIATE, "senior/sr/snr/lead/leader/leads"},
	{LEVEL_ASSOCIATE, "iii/iv"},
	{LEVEL_ASSOCIATE, "staff * engineer/scientist/developer/designer"},
	{LEVEL_ASSOCIATE, "founding"},
	{LEVEL_JUNIOR, "associate engineer/developer/analyst/designer/consultant/software"},
	{LEVEL_JUNIOR, "sales/store/retail/service/production/warehouse associate/associates"},
	{LEVEL_ASSOCIATE, LAWYER},
	{LEVEL_ASSOCIATE, "attorneys/lawyers"},
	{LEVEL_ASSOCIATE, "physician/surgeon/doctor/dentist/psychiatrist/psychologist/pharmacist/veterinarian"},
	{LEVEL_ASSOCIATE, "radiologist/cardiologist/anesthesiologist/pathologist"},
	{LEVEL_ASSOCIATE, "medical officer"},
	{LEVEL_ASSOCIATE, "nurse practitioner"},
	{LEVEL_ASSOCIATE, "professor/lecturer/actuary/pilot/judge"},
	{LEVEL_ASSOCIATE, "architect/architects"},
	{LEVEL_ASSOCIATE, "account/sales executive"},
	{LEVEL_ASSOCIATE, "product/process owner"},
	{LEVEL_ASSOCIATE, "traffic controller/controllers"},
	{LEVEL_ASSOCIATE, "^associate."},

	/* 1: work that is learnt on the first day. Skilled trades are 2, and not listed here. */
	{LEVEL_ENTRY, "paralegal/paralegals"},
	{LEVEL_ENTRY, "laborer/laborers/labourer/labourers"},
	{LEVEL_ENTRY, "helper/helpers/cleaner/cleaners/janitor/custodian"},
	{LEVEL_ENTRY, "housekeeper/housekeepers/housekeeping/groundskeeper/groundskeepers"},
	{LEVEL_ENTRY, "attendant/attendants/dishwasher/dishwashers/busser/cashier/cashiers/crewler"},
	{LEVEL_ENTRY, "caretaker/farmworker/farmworkers/picker/packer/deckhand"},
	{LEVEL_ENTRY, "waiter/waitress/waiters/server/barista/host/hostess"},
	{LEVEL_ENTRY, "forest/construction/park/warehouse/farm/kitchen worker/workers"},
	{LEVEL_ENTRY, "material handler/handlers"},
	{LEVEL_ENTRY, "brand ambassador"},

	/* 2: the same as LEVEL_UNKNOWN, but --explain then names the rule. */
	{LEVEL_JUNIOR, "bookkeeper/adviser/advisor/coordinator/clerk"},
	{LEVEL_JUNIOR, "assistant/aide/associate"},
	{0, NULL},
};
