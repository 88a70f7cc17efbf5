/*
 * What uploads in one piece and in parts have in common: their headers, their steps, their states.
 *
 *	filling ───── commit ──────► looking (--no-clobber), else putting; stored (a dry run)
 *	 │ the first part
 *	 ▼
 *	looking ───── absent ──────► putting, if it is small
 *	 │ absent, or no --no-clobber
 *	 ▼
 *	creating ──── upload id ───► sending ─── all parts are stored ───► completing
 *
 *	putting, completing ─── no clear answer ───► confirming
 *	confirming ──────────── nothing is there ──► putting
 *	putting, completing, confirming ───────────► stored
 *	all but stored ────────────────────────────► failed
 */
#include "s3/upload.h"

#include "base/states.h"

#define TO(state) STATE(S3_UPLOAD_##state)

/* What may follow on each state. */
static const unsigned followers[S3_UPLOAD_STATES] = {
	[S3_UPLOAD_FILLING] = TO(LOOKING) | TO(PUTTING) | TO(CREATING) | TO(STORED) | TO(FAILED),
	[S3_UPLOAD_LOOKING] = TO(PUTTING) | TO(CREATING) | TO(FAILED),
	[S3_UPLOAD_PUTTING] = TO(CONFIRMING) | TO(STORED) | TO(FAILED),
	[S3_UPLOAD_CREATING] = TO(SENDING) | TO(FAILED),
	[S3_UPLOAD_SENDING] = TO(COMPLETING) | TO(FAILED),
	[S3_UPLOAD_COMPLETING] = TO(CONFIRMING) | TO(STORED) | TO(FAILED),
	[S3_UPLOAD_CONFIRMING] = TO(PUTTING) | TO(STORED) | TO(FAILED),
};

bool
s3_upload_may_follow(enum s3_upload_state from, enum s3_upload_state to)
{
	return state_may_follow(followers, from, to);
}

bool
s3_upload_is_over(const struct s3_upload *upload)
{
	return upload->state == S3_UPLOAD_STORED || upload->state == S3_UPLOAD_FAILED;
}

void
s3_upload_move(struct s3_upload *upload, enum s3_upload_state to)
{
	state_check(followers, upload->state, to, "an upload to S3");
	upload->state = to;
	if (s3_upload_is_over(upload))
		upload->s3->events++;
}

static void
on_absence_known(struct s3_upload *upload, enum s3_seen seen, const struct err *err)
{
	struct err exists;

	/*
	 * AWS answers 403 to users who may not list; it knows the condition, so the PUT will show it.
	 */
	if (seen == S3_SEEN_NOTHING ||
	    (seen == S3_SEEN_UNKNOWN && upload->look->status == 403 && upload->s3->endpoint == NULL)) {
		upload->if_absent(upload);
	} else if (seen == S3_SEEN_UNKNOWN) {
		s3_upload_fail(upload, err);
	} else {
		err_set_answer(&exists, ERR_OBJECT, "PUT", 412, "PreconditionFailed");
		err_set_detail(&exists, "the object exists");
		store_err_name(&exists, upload->bucket->name, upload->key);
		s3_upload_fail(upload, &exists);
	}
}

void
s3_upload_fail(struct s3_upload *upload, const struct err *err)
{
	if (s3_upload_is_over(upload))
		return;
	upload->err = *err;
	s3_upload_move(upload, S3_UPLOAD_FAILED);
}

struct s3_request *
s3_upload_step(struct s3_upload *upload, const char *verb, const char *method, void (*on_done)(struct s3_request *))
{
	struct s3_request *request = s3_request_new(upload->s3, upload->bucket, verb, method, upload->key);

	s3_request_free(upload->request);
	upload->request = request;
	request->owner = upload;
	request->on_done = on_done;
	return request;
}

void
s3_upload_headers(struct s3_upload *upload, struct s3_request *request)
{
	const struct s3 *s3 = upload->s3;

	s3_request_header(request, "content-type", upload->content_type);
	s3_request_header(request, "x-amz-meta-writer", s3->agent);
	s3_request_header(request, "x-amz-meta-upload", upload->token);
	for (int i = 0; i < upload->provenance_count; i++)
		s3_request_header(request, upload->provenance[i].name, upload->provenance[i].value);
	if (s3->storage_class != NULL)
		s3_request_header(request, "x-amz-storage-class", s3->storage_class);
	if (s3->sse != NULL)
		s3_request_header(request, "x-amz-server-side-encryption", s3->sse);
	if (s3->sse_kms_key_id != NULL)
		s3_request_header(request, "x-amz-server-side-encryption-aws-kms-key-id", s3->sse_kms_key_id);
}

/* Some stores take no notice of If-None-Match, and would overwrite. */
void
s3_upload_if_absent(struct s3_upload *upload, void (*next)(struct s3_upload *upload))
{
	upload->if_absent = next;
	s3_upload_move(upload, S3_UPLOAD_LOOKING);
	s3_upload_look(upload, on_absence_known);
}
